import { Injectable } from '@nestjs/common';
import type { Account } from '../../common/access/principal.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { Identities } from '../principals/identities.js';
import type { ProvedAccount } from '../sign-in/sign-in.service.js';
import { parseSshPublicKey } from '../ssh-keys/ssh-public-key.js';
import { normaliseEmail } from '../users/email-address.js';

/** An account that proved itself. */
export type AccountRef = Pick<
  Account,
  'id' | 'uuid' | 'email' | 'role' | 'suspended' | 'pendingDeletionUntil' | 'rolePermissions' | 'permissions'
>;

/** Checks what people prove themselves with: passwords and SSH keys. Whether they may come in is the caller's question. */
@Injectable()
export class AccountCredentials {
  constructor(
    private readonly prisma: PrismaService,
    private readonly hasher: PasswordHasher,
    private readonly identities: Identities,
    private readonly bus: EventBus,
  ) {}

  /** The account, when the password is its own. Unknown addresses cost the same work. */
  async verifyPassword(email: string, password: string): Promise<Account | undefined> {
    return (await this.provePassword(email, password))?.account;
  }

  /** The same for a sign-in. */
  async provePassword(email: string, password: string): Promise<ProvedAccount | undefined> {
    const where = { email: normaliseEmail(email) };
    const select = { id: true, passwordHash: true, sessionGeneration: true };
    const known = await this.prisma.user.findUnique({ where, select });
    const matches = await this.hasher.verify(known?.passwordHash, password);
    if (known === null || !matches) return undefined;
    if (this.hasher.isOutdated(known.passwordHash)) await this.rehash(known, password);
    const identity = await this.identities.find(known.id);
    return identity && { account: identity.account, generation: known.sessionGeneration };
  }

  /** The id of an address, if it is known. */
  async idOf(email: string): Promise<number | undefined> {
    const where = { email: normaliseEmail(email) };
    return (await this.prisma.user.findUnique({ where, select: { id: true } }))?.id;
  }

  /** The account, when the key (one OpenSSH line) is among its keys. */
  async verifySshKey(email: string, keyLine: string): Promise<AccountRef | undefined> {
    const key = parseSshPublicKey(keyLine);
    if (key === undefined) return undefined;
    const where = { fingerprint: key.fingerprint, user: { email: normaliseEmail(email) } };
    const found = await this.prisma.sshKey.findFirst({ where, select: { userId: true } });
    return found === null ? undefined : (await this.identities.find(found.userId))?.account;
  }

  /** The cost of hashes was raised since. A password that was changed meanwhile is left alone. */
  private async rehash(known: { id: number; passwordHash: string }, password: string): Promise<void> {
    const passwordHash = await this.hasher.hash(password);
    await this.prisma.user.updateMany({
      where: { id: known.id, passwordHash: known.passwordHash },
      data: { passwordHash },
    });
    this.bus.publish('user.changed', { userId: known.id });
  }
}
