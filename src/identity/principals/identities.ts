import { Injectable } from '@nestjs/common';
import type { Account } from '../../common/access/principal.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { unauthorized } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { CidrSet } from '../../common/net/client-ip.js';
import { Database } from '../../prisma/database.js';
import { accountById, apiKeyByDigest, sessionOfAccount } from './identity.sql.js';
import type { AccountRow, ApiKeyRow, SessionRow } from './identity.sql.js';
import type { SessionClaims } from './session-claims.js';

/** An account as it is kept in memory: what access needs, and the profile beside it. */
export interface Identity {
  readonly account: Account;
  readonly profile: AccountRow;
}

interface KnownSession {
  readonly userId: number;
  readonly expiresAt: Date;
}

export interface KnownApiKey extends Pick<
  ApiKeyRow,
  'id' | 'userId' | 'type' | 'permissions' | 'organisationId' | 'expiresAt'
> {
  /** Absent: from everywhere. */
  readonly allowedFrom?: CidrSet;
  /** Uuids of the servers that the key is bound to; absent: bound to none in particular. */
  readonly boundTo?: ReadonlySet<string>;
}

const OPTIONS = { maximum: 20_000, lifetimeMs: 60_000 };

/**
 * Accounts, sessions and API keys in memory, so that a request costs no query for them. Whoever changes one publishes
 * the event that makes every replica forget it; what does not exist is not kept, so that nobody can push the living
 * out with made-up ids.
 */
@Injectable()
export class Identities {
  private readonly accounts: PushCache<number, Identity>;
  private readonly sessions: PushCache<string, KnownSession>;
  private readonly keys: PushCache<string, KnownApiKey>;

  constructor(
    private readonly database: Database,
    bus: EventBus,
  ) {
    this.accounts = new PushCache(OPTIONS, (id: number) => this.loadAccount(id));
    this.sessions = new PushCache(OPTIONS, (key: string) => this.loadSession(key));
    this.keys = new PushCache(OPTIONS, (hexDigest: string) => this.loadKey(hexDigest));
    bus.on('user.changed', ({ userId }) => {
      this.accounts.invalidate(userId);
      // Keys that are bound to an organisation end with the membership: their rows go with it.
      this.keys.invalidateWhere((key) => key.userId === userId && key.organisationId !== null);
    });
    bus.on('roles.changed', () => this.accounts.clear());
    bus.on('organisation.changed', ({ organisationId }) => {
      this.accounts.invalidateWhere(({ profile }) => profile.organisations.some(({ id }) => id === organisationId));
      this.keys.invalidateWhere((key) => key.organisationId === organisationId);
    });
    bus.on('session.revoked', ({ userId, sessionIds }) => {
      for (const sessionId of sessionIds) this.sessions.invalidate(sessionKey({ userId, sessionId }));
    });
    bus.on('api_key.revoked', ({ apiKeyId }) => this.keys.invalidateWhere((key) => key.id === apiKeyId));
    bus.on('bus.reconnected', () => this.clear());
  }

  /** @throws PanelError 401 `User not found`. */
  account(userId: number): Identity | Promise<Identity> {
    return this.accounts.get(userId);
  }

  /** The account, or undefined when there is none. */
  async find(userId: number): Promise<Identity | undefined> {
    const kept = this.accounts.peek(userId);
    if (kept !== undefined) return kept;
    const [row] = await this.database.query<AccountRow>(accountById, [userId]);
    return row && toIdentity(row);
  }

  /**
   * Whose session it is.
   * @throws PanelError 401 when the session is gone or over.
   */
  async session(claims: SessionClaims): Promise<Identity> {
    const key = sessionKey(claims);
    const known = this.sessions.peek(key);
    // The end slides in the database: what memory says is over may have been prolonged since it was read.
    if (known !== undefined && known.expiresAt.getTime() <= Date.now()) this.sessions.invalidate(key);
    const { userId } = await this.sessions.get(key);
    return this.account(userId);
  }

  /** @throws PanelError 401 when there is no such key. */
  apiKey(hexDigest: string): KnownApiKey | Promise<KnownApiKey> {
    return this.keys.get(hexDigest);
  }

  private clear(): void {
    this.accounts.clear();
    this.sessions.clear();
    this.keys.clear();
  }

  private async loadAccount(id: number): Promise<Identity> {
    const [row] = await this.database.query<AccountRow>(accountById, [id]);
    if (row === undefined) throw unauthorized('User not found', 'auth.user_not_found');
    return toIdentity(row);
  }

  private async loadSession(key: string): Promise<KnownSession> {
    const [userId, sessionId] = key.split('/');
    const [row] = await this.database.query<SessionRow>(sessionOfAccount, [Number(userId), sessionId]);
    if (row === undefined) throw unauthorized('User not found', 'auth.user_not_found');
    if (row.expiresAt === null) throw unauthorized('Invalid session', 'auth.session_over');
    return { userId: row.userId, expiresAt: row.expiresAt };
  }

  private async loadKey(hexDigest: string): Promise<KnownApiKey> {
    const [row] = await this.database.query<ApiKeyRow>(apiKeyByDigest, [hexDigest]);
    if (row === undefined) throw unauthorized('Invalid API key', 'auth.api_key_unknown');
    const { allowedIps, servers, ...key } = row;
    return {
      ...key,
      ...(allowedIps.length > 0 && { allowedFrom: new CidrSet(allowedIps) }),
      ...(servers.length > 0 && { boundTo: new Set(servers) }),
    };
  }
}

/** Both parts, so that a session answers only for the user whose token it stands in. */
const sessionKey = ({ userId, sessionId }: SessionClaims): string => `${userId}/${sessionId}`;

function toIdentity(row: AccountRow): Identity {
  const { id, uuid, email, role, suspended, pendingDeletionUntil, rolePermissions, assignedPermissions } = row;
  const permissions = assignedPermissions.length > 0 ? assignedPermissions : row.defaultPermissions;
  const memberships = row.organisations.map(({ id: organisationId, orgRole }) => ({ organisationId, role: orgRole }));
  return {
    account: { id, uuid, email, role, suspended, pendingDeletionUntil, rolePermissions, permissions, memberships },
    profile: row,
  };
}
