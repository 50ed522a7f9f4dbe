import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { LiveAccess } from '../daemon/live-access.service.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import { within } from '../daemon/time-budget.js';
import type { SuspendServerDto, SuspensionResult } from './dto/suspension.dto.js';

const DMCA_DAYS = 30;
const KILL_BUDGET_MS = 3_000;

const columns = {
  name: true,
  suspended: true,
  dmca: true,
  owner: { select: { id: true, email: true, firstName: true, settings: true } },
} satisfies Prisma.ServerSelect;

type Suspendable = Prisma.ServerGetPayload<{ select: typeof columns }>;

/** A server, and who does something with it; nobody for the panel itself. */
interface SuspensionTarget {
  readonly uuid: string;
  readonly nodeId: number;
  readonly userId: number | null;
}

interface SuspensionCause {
  readonly by: string;
  readonly reason: string;
  readonly isDmca: boolean;
}

/** Locks servers away from their owners, and gives them back. */
@Injectable()
export class ServerSuspensions {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sync: ServerSync,
    private readonly live: LiveAccess,
    private readonly wings: Wings,
    private readonly mailer: Mailer,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  /** Holds from the commit on; stopping it and closing connections on the node follow, whatever state the node is in. */
  async suspend(
    scope: ServerScope,
    principal: UserPrincipal,
    dto: SuspendServerDto,
    ipAddress: string,
  ): Promise<SuspensionResult> {
    const isDmca = dto.dmca === true;
    const result = await this.prisma.$transaction(async (tx) => {
      const by = dto.source?.trim() || (await actorName(tx, principal));
      const reason = dto.reason?.trim() || (isDmca ? 'DMCA takedown' : 'Suspended by panel moderation action');
      return this.suspendIn(tx, scope, { by, reason, isDmca }, ipAddress);
    });
    await this.cutOff(scope);
    return result;
  }

  /** As a part of the caller's transaction, after whose commit `cutOff` must follow. @throws PanelError 404. */
  async suspendIn(
    tx: Queryable,
    target: SuspensionTarget,
    cause: SuspensionCause,
    ipAddress: string,
  ): Promise<SuspensionResult> {
    const { uuid } = target;
    const { by, reason, isDmca } = cause;
    const server = await load(tx, uuid);
    await tx.server.update({ where: { uuid }, data: suspensionData(cause), select: { uuid: true } });
    await this.sync.request(tx, uuid);
    await this.record(tx, target, 'server:suspend', ipAddress, { by, reason, dmca: isDmca });
    return this.tellOwner(tx, target, server, cause);
  }

  /** Ends what goes on with a suspended server: its process, consoles and file connections. Never fails. */
  async cutOff({ uuid, nodeId }: Pick<SuspensionTarget, 'uuid' | 'nodeId'>): Promise<void> {
    this.bus.publish('server.access_changed', { serverUuid: uuid });
    this.live.closeAll(nodeId, uuid);
    try {
      const daemon = await this.wings.forNode(nodeId);
      await within(KILL_BUDGET_MS, daemon.power(uuid, 'kill'));
    } catch (error) {
      logger.warn({ nodeId, serverUuid: uuid, reason: (error as Error).message }, 'suspended server not stopped yet');
    }
    await this.sync.now(uuid);
  }

  /** Ends a suspension and a takedown. */
  async unsuspend(scope: ServerScope, ipAddress: string): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const { owner, name } = await load(tx, scope.uuid);
      await tx.server.update({ where: { uuid: scope.uuid }, data: RELEASED, select: { uuid: true } });
      await this.sync.request(tx, scope.uuid);
      await this.record(tx, scope, 'server:unsuspend', ipAddress, {});
      await this.mailer.enqueue(tx, recipientOf(owner), 'server-unsuspended', {
        name: owner.firstName,
        serverName: name,
        url: this.pageOf(scope),
      });
    });
    this.bus.publish('server.access_changed', { serverUuid: scope.uuid });
    await this.sync.now(scope.uuid);
  }

  private async tellOwner(
    tx: Queryable,
    target: SuspensionTarget,
    server: Suspendable,
    { reason, isDmca }: SuspensionCause,
  ): Promise<SuspensionResult> {
    const { owner } = server;
    const skipped = (emailReason: string): SuspensionResult => ({
      success: true,
      emailSent: false,
      emailSkipped: true,
      emailReason,
      emailRecipient: null,
    });
    if (isDmca && server.dmca) return skipped('server already marked DMCA');
    if (!isDmca && server.suspended) return skipped('server already suspended');
    await this.mailer.enqueue(tx, recipientOf(owner), 'server-suspended', {
      name: owner.firstName,
      serverName: server.name,
      reason,
      url: this.pageOf(target),
    });
    return { success: true, emailSent: true, emailSkipped: false, emailReason: null, emailRecipient: owner.email };
  }

  private pageOf({ uuid }: SuspensionTarget): string {
    return `${this.config.frontendUrl}/dashboard/servers/${uuid}`;
  }

  private record(
    tx: Queryable,
    { userId, uuid }: SuspensionTarget,
    action: string,
    ipAddress: string,
    metadata: Prisma.InputJsonObject,
  ): Promise<void> {
    return this.audit.record({ userId, action, targetType: 'server', targetId: uuid, ipAddress, metadata }, tx);
  }
}

const RELEASED = {
  suspended: false,
  suspendedBy: null,
  suspendedReason: null,
  suspendedAt: null,
  dmca: false,
  dmcaBy: null,
  dmcaReason: null,
  dmcaAt: null,
  dmcaDeletionAt: null,
} satisfies Prisma.ServerUpdateInput;

/** The row, locked: of two suspensions at once only the first tells the owner. */
async function load(tx: Queryable, uuid: string): Promise<Suspendable> {
  await tx.$executeRaw`SELECT 1 FROM "Server" WHERE "uuid" = ${uuid}::uuid FOR NO KEY UPDATE`;
  const server = await tx.server.findUnique({ where: { uuid }, select: columns });
  if (server === null) throw notFound('Server not found', 'servers.not_found');
  return server;
}

function suspensionData({ by, reason, isDmca }: SuspensionCause): Prisma.ServerUpdateInput {
  const now = new Date();
  return {
    suspended: true,
    suspendedBy: by,
    suspendedReason: reason,
    suspendedAt: now,
    ...(isDmca && {
      dmca: true,
      dmcaBy: by,
      dmcaReason: reason,
      dmcaAt: now,
      dmcaDeletionAt: new Date(now.getTime() + DMCA_DAYS * 86_400_000),
    }),
  };
}

async function actorName(tx: Queryable, { userId, account }: UserPrincipal): Promise<string> {
  const user = await tx.user.findUnique({ where: { id: userId }, select: { firstName: true, lastName: true } });
  const fullName = `${user?.firstName ?? ''} ${user?.lastName ?? ''}`.trim();
  return fullName || account.email;
}

const recipientOf = (owner: Suspendable['owner']) => ({
  userId: owner.id,
  email: owner.email,
  locale: mailLocaleOf(owner.settings),
});
