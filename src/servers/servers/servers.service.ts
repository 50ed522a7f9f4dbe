import { Injectable } from '@nestjs/common';
import { AuditLog, beforeAndAfter } from '../../common/audit/audit-log.js';
import { forbidden, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { ActivityNotices } from '../../identity/activity/activity-notices.service.js';
import { Allocations } from '../../nodes/allocations/allocations.service.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { lockIdle } from '../access/not-now.js';
import type { ServerScope } from '../access/server-scope.js';
import { beingTransferred, lockUnlessTransferring } from '../access/transferring.js';
import { BackupLeftovers } from '../backup-stores/backup-leftovers.service.js';
import { ServerRemovals } from '../daemon/server-removals.service.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import { ACTION_BUDGET_MS, within } from '../daemon/time-budget.js';
import { assertFits, assertMinimums } from '../quota/limits.js';
import { ServerQuota } from '../quota/server-quota.service.js';
import type { UpdateServerDto } from './dto/server-input.dto.js';
import { changesOf, loadForUpdate } from './server-changes.js';
import type { StoredServer } from './server-changes.js';

/** What may change while a server is under way: nothing that the target node has to make room for. */
const COSMETIC: ReadonlySet<string> = new Set(['name', 'description']);

/** Changes and deletes servers. */
@Injectable()
export class Servers {
  constructor(
    private readonly prisma: PrismaService,
    private readonly quota: ServerQuota,
    private readonly sync: ServerSync,
    private readonly wings: Wings,
    private readonly allocations: Allocations,
    private readonly removals: ServerRemovals,
    private readonly leftovers: BackupLeftovers,
    private readonly audit: AuditLog,
    private readonly notices: ActivityNotices,
    private readonly bus: EventBus,
  ) {}

  /**
   * Changes what is given. It counts even while the node is away: the daemon fetches it when it is back.
   * @throws PanelError 400 beyond the owner's quota; 403 for what only owners or only staff may change; 409 during a
   * transfer, name and description aside; variables also wait for an installation or restore.
   */
  async update(scope: ServerScope, dto: UpdateServerDto, ipAddress: string): Promise<void> {
    const changed = await this.prisma.$transaction(async (tx) => {
      await this.quota.lockOwner(tx, scope.ownerId);
      const server = await loadForUpdate(tx, scope.uuid);
      const changes = changesOf(scope, server, dto);
      const names = Object.keys(changes);
      if (names.length === 0) return false;
      // The target has made room for what the server was when it left.
      if (server.transferring && names.some((name) => !COSMETIC.has(name))) throw beingTransferred();
      if (names.includes('environment')) await lockIdle(tx, scope.uuid);
      if (!scope.isStaff) await this.assertQuota(tx, server, dto);
      await tx.server.update({ where: { uuid: scope.uuid }, data: changes, select: { uuid: true } });
      await this.sync.request(tx, scope.uuid);
      // Values of variables are the owner's secrets; that they changed is enough.
      const { environment: _, ...plain } = changes;
      const values = beforeAndAfter(server, plain);
      await this.record(tx, scope, 'server:update', ipAddress, { changes: names, values });
      return true;
    });
    if (changed) await this.sync.now(scope.uuid);
  }

  /**
   * Deletes the server on its node, then everything of it here. A node that does not know it has deleted it already.
   * @param force staff: forget it even when the node cannot be reached; the node deletes it when it is back.
   * @throws PanelError 409 during a transfer; 502, 504 when the node did not delete it; nothing is lost then.
   */
  async delete(scope: ServerScope, force: boolean, ipAddress: string): Promise<void> {
    const isStaff = scope.isStaffFor('delete');
    if (force && !isStaff) throw forbidden('Only admins may force delete servers', 'servers.force_admin_only');
    if (!isStaff) assertDeletable(scope);
    await this.assertNotTransferring(scope);
    const isGone = await this.deleteOnNode(scope, force);
    await this.prisma.$transaction(async (tx) => {
      await lockUnlessTransferring(tx, scope.uuid);
      await this.allocations.releaseAll(tx, scope.uuid);
      await this.leftovers.addOfServer(tx, scope.uuid);
      const { count } = await tx.server.deleteMany({ where: { uuid: scope.uuid, nodeId: scope.nodeId } });
      if (count === 0) throw notFound('Server not found', 'servers.not_found');
      if (!isGone) await this.removals.request(tx, scope.uuid, scope.nodeId);
      await this.record(tx, scope, 'server:delete', ipAddress, { force });
      const { userId, uuid: targetId } = scope;
      await this.notices.tell({ userId, action: 'server:delete', targetType: 'server', targetId, ipAddress }, tx);
    });
    this.bus.publish('server.access_changed', { serverUuid: scope.uuid });
  }

  private async assertNotTransferring({ uuid }: ServerScope): Promise<void> {
    const server = await this.prisma.server.findUnique({ where: { uuid }, select: { transferring: true } });
    if (server?.transferring === true) throw beingTransferred();
  }

  private async deleteOnNode({ uuid, nodeId }: ServerScope, force: boolean): Promise<boolean> {
    try {
      const daemon = await this.wings.forNode(nodeId);
      await within(ACTION_BUDGET_MS, daemon.deleteServer(uuid));
      return true;
    } catch (error) {
      if (!force) throw error;
      return false;
    }
  }

  private async assertQuota(tx: Queryable, server: StoredServer, dto: UpdateServerDto): Promise<void> {
    const { memory, disk, cpu } = dto;
    if (memory === undefined && disk === undefined && cpu === undefined) return;
    const wanted = { memory: memory ?? server.memory, disk: disk ?? server.disk, cpu: cpu ?? server.cpu };
    // What stands already (unlimited, given by staff) may stay.
    assertMinimums({
      ...(wanted.memory !== server.memory && { memory: wanted.memory }),
      ...(wanted.disk !== server.disk && { disk: wanted.disk }),
      ...(wanted.cpu !== server.cpu && { cpu: wanted.cpu }),
    });
    const owner = await this.quota.lockOwner(tx, server.ownerId);
    const usage = await this.quota.usage(tx, server.ownerId, server.uuid);
    if (owner !== undefined) assertFits(owner.limits, usage, wanted, server);
  }

  private record(
    tx: Queryable,
    scope: ServerScope,
    action: string,
    ipAddress: string,
    metadata: Prisma.InputJsonObject,
  ): Promise<void> {
    return this.audit.record(
      { userId: scope.userId, action, targetType: 'server', targetId: scope.uuid, ipAddress, metadata },
      tx,
    );
  }
}

/** Evidence must not be deleted by the one it is about. */
function assertDeletable(scope: ServerScope): void {
  if (scope.suspension?.kind === 'dmca') {
    throw forbidden('DMCA-protected servers cannot be deleted by server owners', 'servers.dmca');
  }
  scope.requireActive();
}
