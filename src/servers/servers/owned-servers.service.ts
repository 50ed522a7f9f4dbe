import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { EventBus } from '../../common/events/event-bus.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import type { AfterCommit } from '../../common/erasure/account-erasure.js';
import { Allocations } from '../../nodes/allocations/allocations.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { BackupLeftovers } from '../backup-stores/backup-leftovers.service.js';
import { ServerRemovals } from '../daemon/server-removals.service.js';

/**
 * What becomes of servers when an account is deleted: the deletion waits until it owns none, unless the panel is set to
 * delete them with it. Those under a takedown are evidence, and those under
 * way to another node are on two, so they are waited for in any case.
 */
@Injectable()
export class OwnedServers implements OnModuleInit {
  constructor(
    private readonly erasure: AccountErasure,
    private readonly settings: PanelSettings,
    private readonly allocations: Allocations,
    private readonly removals: ServerRemovals,
    private readonly leftovers: BackupLeftovers,
    private readonly bus: EventBus,
  ) {}

  onModuleInit(): void {
    this.erasure.registerObstacle('servers', (tx, userIds) => this.waitingFor(tx, userIds));
    this.erasure.register('servers', (tx, userId, afterCommit) => this.erase(tx, userId, afterCommit));
  }

  private async waitingFor(tx: Queryable, userIds: readonly number[]): Promise<Map<number, string>> {
    const isDeleted = this.settings.get('deleteServersWithAccount');
    const owned = await tx.server.groupBy({
      by: ['ownerId'],
      where: { ownerId: { in: [...userIds] }, ...(isDeleted && { OR: [{ dmca: true }, { transferring: true }] }) },
      _count: { _all: true },
    });
    const kind = isDeleted ? ' under a takedown or transfer' : '';
    return new Map(
      owned.map(({ ownerId, _count: { _all: count } }) => [
        ownerId,
        `owns ${count} server${count === 1 ? '' : 's'}${kind}`,
      ]),
    );
  }

  /** The panel forgets them at once; nodes delete them when they can be reached. */
  private async erase(tx: Queryable, userId: number, afterCommit: AfterCommit): Promise<void> {
    const owned = await tx.server.findMany({
      where: { ownerId: userId, dmca: false, transferring: false },
      select: { uuid: true, nodeId: true },
    });
    const invited = await tx.serverSubuser.findMany({ where: { userId }, select: { serverUuid: true } });
    for (const { uuid, nodeId } of owned) {
      await this.allocations.releaseAll(tx, uuid);
      await this.leftovers.addOfServer(tx, uuid);
      await tx.server.delete({ where: { uuid }, select: { uuid: true } });
      await this.removals.request(tx, uuid, nodeId);
    }
    await tx.serverSubuser.deleteMany({ where: { userId } });
    const uuids = [...owned.map(({ uuid }) => uuid), ...invited.map(({ serverUuid }) => serverUuid)];
    afterCommit(() => uuids.forEach((serverUuid) => this.bus.publish('server.access_changed', { serverUuid })));
  }
}
