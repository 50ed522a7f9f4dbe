import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { isSuperuserRole } from '../../common/access/principal.js';
import type { Account, UserPrincipal } from '../../common/access/principal.js';
import { grants } from '../../common/access/permissions.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { digest, randomSecret } from '../../common/crypto/digest.js';
import { badRequest, conflict, forbidden, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { isForeignKeyViolation, PrismaService } from '../../prisma/prisma.service.js';
import { assertMayManage } from '../access/privilege.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { Identities } from '../principals/identities.js';
import { API_KEY, toApiKey } from './api-key.mapper.js';
import type { CreateApiKeyDto, CreatedApiKeyResponse } from './dto/api-keys.dto.js';

export const MAXIMUM_KEYS = 25;

/** Makes and ends API keys. */
@Injectable()
export class ApiKeyChanges implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly identities: Identities,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly erasure: AccountErasure,
  ) {}

  onModuleInit(): void {
    this.erasure.register('api-keys', async (tx, userId, afterCommit) => {
      const keys = await tx.apiKey.findMany({ where: { userId }, select: { id: true } });
      await tx.apiKey.deleteMany({ where: { userId } });
      afterCommit(() => keys.forEach(({ id }) => this.bus.publish('api_key.revoked', { userId, apiKeyId: id })));
    });
  }

  /**
   * Makes a key whose permissions are those asked for that both its owner and whoever makes it hold. The key itself is in
   * the answer and nowhere else; only its digest is stored.
   */
  async create(caller: UserPrincipal, body: CreateApiKeyDto, ip: string): Promise<CreatedApiKeyResponse> {
    assertHolds(caller, 'apikeys:create');
    const owner = await this.owner(caller, body.userId ?? caller.userId);
    if (body.type === 'admin' && !(caller.isSuperuser && isSuperuserRole(owner.role))) {
      const text = 'Only system administrators with * permission can create admin API keys';
      throw forbidden(text, 'api_keys.admin_not_allowed');
    }
    assertBindings(body);
    if (isBound(body.organisationId)) assertMembers([caller.account, owner], body.organisationId);
    const apiKey = randomSecret();
    const entry = await this.store(
      caller,
      owner,
      { ...body, secret: apiKey, expiresAt: futureDate(body.expiresAt) },
      ip,
    );
    return { success: true, apiKey, id: entry.id, entry };
  }

  /** Ends a key, at once everywhere. */
  async delete(caller: UserPrincipal, id: number, ip: string): Promise<SuccessResponse> {
    assertHolds(caller, 'apikeys:delete');
    const key = await this.prisma.apiKey.findUnique({ where: { id }, select: { userId: true } });
    const isVisible = key !== null && (key.userId === caller.userId || caller.canAsStaff('admin:access'));
    if (!isVisible) throw notFound('not found', 'api_keys.not_found');
    assertMayManage(caller, await this.account(key.userId));
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.apiKey.deleteMany({ where: { id, userId: key.userId } });
      if (count === 0) throw notFound('not found', 'api_keys.not_found');
      const entry = { action: 'apikey-deleted', targetType: 'api-key', targetId: id, ipAddress: ip } as const;
      await this.audit.record({ userId: caller.userId, ...entry }, tx);
    });
    this.bus.publish('api_key.revoked', { userId: key.userId, apiKeyId: id });
    return SUCCESS;
  }

  private async owner(caller: UserPrincipal, userId: number): Promise<Account> {
    if (userId !== caller.userId && !caller.can('users:write')) {
      throw forbidden('Not allowed to create keys for other users', 'api_keys.other_user');
    }
    const account = await this.account(userId);
    assertMayManage(caller, account);
    return account;
  }

  private async account(userId: number): Promise<Account> {
    const identity = await this.identities.find(userId);
    if (identity === undefined) throw notFound('User not found', 'users.not_found');
    return identity.account;
  }

  private async store(
    caller: UserPrincipal,
    owner: Account,
    { name, type, secret, expiresAt, permissions = [], allowedIps = [], servers = [], organisationId }: NewKey,
    ipAddress: string,
  ) {
    const held = grantableTo(owner);
    const mayGive = (wanted: string): boolean => owner.id === caller.userId || caller.can(wanted);
    const granted = [...new Set(permissions)].filter((wanted) => grants(held, wanted) && mayGive(wanted));
    const data = {
      name,
      type,
      expiresAt,
      allowedIps: [...new Set(allowedIps)],
      servers: [...new Set(servers.map((uuid) => uuid.toLowerCase()))],
      organisationId: organisationId ?? null,
      permissions: granted,
      userId: owner.id,
    };
    return this.prisma.$transaction(async (tx) => {
      // Parallel creations for one account take turns at its row, so that the number of keys holds.
      await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${owner.id} FOR UPDATE`;
      if ((await tx.apiKey.count({ where: { userId: owner.id } })) >= MAXIMUM_KEYS) {
        throw conflict(`At most ${MAXIMUM_KEYS} API keys per account. Delete one first.`, 'api_keys.too_many');
      }
      const row = await tx.apiKey
        .create({ data: { ...data, digest: digest(secret), lastFour: secret.slice(-4) }, select: API_KEY })
        .catch((error: unknown) => {
          // The membership ended since it was looked at: a key that is bound to an organisation hangs on it.
          throw isForeignKeyViolation(error) ? organisationNotFound() : error;
        });
      const entry = { action: 'apikey-created', targetType: 'api-key', targetId: row.id, ipAddress } as const;
      const bounds = { servers: data.servers, organisationId: data.organisationId };
      await this.audit.record(
        { userId: caller.userId, ...entry, metadata: { name, type, permissions: granted, ...bounds } },
        tx,
      );
      return toApiKey(row);
    });
  }
}

/** What a key of the account may hold. A member's keys act in his organisations: each use asks for his role there anew. */
function grantableTo({ role, permissions, memberships }: Account): readonly string[] {
  if (isSuperuserRole(role)) return ['*'];
  return memberships.length === 0 ? permissions : [...permissions, 'org'];
}

interface NewKey extends Omit<CreateApiKeyDto, 'expiresAt'> {
  readonly secret: string;
  readonly expiresAt: Date | null;
}

function futureDate(text: string | undefined | null): Date | null {
  if (text === undefined || text === null) return null;
  const date = new Date(text);
  if (!(date.getTime() > Date.now())) throw badRequest('expiresAt must be in the future', 'api_keys.expired');
  return date;
}

/** @throws PanelError 400 for bindings that no key can have. */
function assertBindings({ type, servers = [], organisationId }: CreateApiKeyDto): void {
  if (type === 'admin' && servers.length > 0) {
    throw badRequest('Only client keys can be bound to servers', 'api_keys.admin_not_bound');
  }
  if (!isBound(organisationId)) return;
  if (type === 'admin') {
    throw badRequest('Only client keys can be bound to an organisation', 'api_keys.admin_not_bound');
  }
  if (servers.length > 0) {
    throw badRequest('A key is bound to servers or to an organisation, not to both', 'api_keys.two_bindings');
  }
}

/** Whoever makes the key and whoever gets it. To others the organisation does not exist, whether or not it does. */
function assertMembers(accounts: readonly Account[], organisationId: number): void {
  const isMember = ({ memberships }: Account) =>
    memberships.some((membership) => membership.organisationId === organisationId);
  if (!accounts.every(isMember)) throw organisationNotFound();
}

const isBound = (organisationId: number | null | undefined): organisationId is number =>
  organisationId !== undefined && organisationId !== null;

const organisationNotFound = () => notFound('Organisation not found', 'organisations.not_found');

function assertHolds(caller: UserPrincipal, permission: string): void {
  if (!caller.can(permission)) throw forbidden('Insufficient permissions', 'auth.insufficient_permissions');
}
