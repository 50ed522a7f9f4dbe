import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict } from '../../common/errors/panel-error.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** Whose ways to sign in are changed; the row is locked. */
export interface MethodOwner {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly settings: unknown;
}

/** One way to sign in that came or went. */
interface MethodChange {
  readonly change: 'passkey-added' | 'passkey-removed' | 'external-account-linked' | 'external-account-unlinked';
  readonly targetId: number;
  /** Which one, for a person. */
  readonly label: string;
  readonly ip: string;
}

/** What every change of how an account signs in brings with it, within the transaction of the change. */
@Injectable()
export class SignInMethods {
  constructor(
    private readonly audit: AuditLog,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  /** Changes of one account take turns at its row, so that numbers hold and the last way in stays. */
  async lock(tx: Queryable, userId: number): Promise<MethodOwner> {
    const [owner] = await tx.$queryRaw<MethodOwner[]>`
      SELECT "id", "email", "firstName", "settings" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
    if (owner === undefined) throw conflict('The account is gone', 'users.not_found');
    return owner;
  }

  /** @throws PanelError 409 when no password, passkey or linked account is left; the change is rolled back. */
  async assertOneRemains(tx: Queryable, userId: number): Promise<void> {
    const issuers = this.config.signInProviders.map(({ issuer }) => issuer);
    const waysIn = await tx.user.count({
      where: {
        id: userId,
        OR: [
          { passwordHash: { not: '' } },
          { passkeys: { some: {} } },
          { externalIdentities: { some: { issuer: { in: issuers } } } },
        ],
      },
    });
    if (waysIn > 0) return;
    const text = 'This is the last way to sign in to the account. Add another or set a password first.';
    throw conflict(text, 'auth.last_sign_in_method');
  }

  /** Writes the log and tells the owner by mail: somebody else may have done it. */
  async tell(tx: Queryable, owner: MethodOwner, { change, targetId, label, ip }: MethodChange): Promise<void> {
    const targetType = change.startsWith('passkey') ? 'passkey' : 'external-account';
    const entry = { action: change, targetType, targetId, ipAddress: ip, metadata: { name: label } } as const;
    await this.audit.record({ userId: owner.id, ...entry }, tx);
    const recipient = { userId: owner.id, email: owner.email, locale: mailLocaleOf(owner.settings) };
    const url = `${this.config.frontendUrl}/dashboard/settings`;
    await this.mailer.enqueue(tx, recipient, change, { name: owner.firstName, label, url });
  }
}
