import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import { SignInMethods } from '../sign-in/sign-in-methods.service.js';
import { DEFAULT_EMAIL_PREFERENCES } from '../users/account-defaults.js';
import { isDisposable } from '../users/email-address.js';
import { ExternalRefusal } from './external-provider.js';
import type { ExternalProfile, ExternalProvider } from './external-provider.js';

/** No password opens the account until its owner sets one by a reset link. */
const NO_PASSWORD = '';

/** Somebody who proved to be a person of a provider, from an address. */
export interface ExternalVisitor {
  readonly provider: ExternalProvider;
  readonly profile: ExternalProfile;
  readonly ip: string;
}

/** The account that somebody is linked to, with the generation of its sessions at that moment. */
export interface LinkedAccount {
  readonly userId: number;
  readonly generation: number;
}

type Condition = { readonly email: string; readonly emailVerified: true };

/** Which account somebody from elsewhere has here. */
@Injectable()
export class ExternalAccounts {
  constructor(
    private readonly prisma: PrismaService,
    private readonly methods: SignInMethods,
    private readonly settings: PanelSettings,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /**
   * The account that is linked; else, by an address that both sides have verified, the one to link; else a new one.
   * An address that only one side has verified proves nothing: anybody may have written it down.
   * @throws ExternalRefusal
   */
  async accountOf(visitor: ExternalVisitor): Promise<LinkedAccount> {
    const known = await this.known(visitor);
    if (known !== undefined) return known;
    const { email } = visitor.profile;
    if (email === undefined) throw new ExternalRefusal('email_unverified');
    const user = await this.prisma.user.findUnique({ where: { email }, select: { id: true, emailVerified: true } });
    if (user?.emailVerified === false) throw new ExternalRefusal('account_unverified');
    if (user === null) await this.register(visitor, email);
    else await this.link(visitor, user.id, { email, emailVerified: true });
    const linked = await this.known(visitor);
    if (linked === undefined) throw new ExternalRefusal('session_over');
    return linked;
  }

  /**
   * Links to an account; nothing happens when it is linked to this one already.
   * @param condition what must still hold of the account.
   * @throws ExternalRefusal when it is linked to another, or the account to another person of the provider.
   */
  async link(visitor: ExternalVisitor, userId: number, condition?: Condition): Promise<void> {
    try {
      await this.prisma.$transaction(async (tx) => {
        const owner = await this.methods.lock(tx, userId);
        if (condition !== undefined && (await tx.user.count({ where: { id: userId, ...condition } })) === 0) {
          throw new ExternalRefusal('account_unverified');
        }
        const data = { ...columns(visitor), userId };
        const { id } = await tx.externalIdentity.create({ data, select: { id: true } });
        const { provider, ip } = visitor;
        await this.methods.tell(tx, owner, {
          change: 'external-account-linked',
          targetId: id,
          label: provider.name,
          ip,
        });
      });
      this.bus.publish('user.changed', { userId });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const linked = await this.known(visitor);
      if (linked?.userId !== userId)
        throw new ExternalRefusal(linked === undefined ? 'provider_in_use' : 'already_linked');
    }
  }

  private async known({ provider, profile }: ExternalVisitor): Promise<LinkedAccount | undefined> {
    const [row] = await this.prisma.externalIdentity.updateManyAndReturn({
      where: { issuer: provider.issuer, subject: profile.subject },
      data: { lastUsedAt: new Date(), ...(profile.email !== undefined && { email: profile.email }) },
      select: { userId: true, user: { select: { sessionGeneration: true } } },
    });
    return row && { userId: row.userId, generation: row.user.sessionGeneration };
  }

  private async register(visitor: ExternalVisitor, email: string): Promise<void> {
    const isOpen = this.settings.isFeatureEnabled('registration') && this.settings.get('registrationEnabled');
    if (!isOpen) throw new ExternalRefusal('registration_closed');
    if (this.settings.isFeatureEnabled('tempEmailFilter') && isDisposable(email)) {
      throw new ExternalRefusal('email_disposable');
    }
    try {
      await this.create(visitor, email);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Twice at once: the other request made it.
      if ((await this.known(visitor)) === undefined) throw new ExternalRefusal('account_unverified');
    }
  }

  private create(visitor: ExternalVisitor, email: string): Promise<void> {
    const { profile, provider, ip } = visitor;
    const { firstName, lastName } = profile;
    const settings = { emailPreferences: { ...DEFAULT_EMAIL_PREFERENCES } };
    return this.prisma.$transaction(async (tx) => {
      const data = { email, firstName, lastName, settings, emailVerified: true, passwordHash: NO_PASSWORD };
      const identities = { externalIdentities: { create: columns(visitor) } };
      const { id } = await tx.user.create({ data: { ...data, ...identities }, select: { id: true } });
      const entry = { action: 'register', targetType: 'user', targetId: id, ipAddress: ip } as const;
      await this.audit.record({ userId: id, ...entry, metadata: { provider: provider.id } }, tx);
    });
  }
}

const columns = ({ provider, profile }: ExternalVisitor) => ({
  issuer: provider.issuer,
  subject: profile.subject,
  email: profile.email ?? null,
  lastUsedAt: new Date(),
});
