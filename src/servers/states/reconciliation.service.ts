import { Injectable } from '@nestjs/common';
import { logger } from '../../common/logging/logger.js';
import type { WingsServerState } from '../../nodes/wings/wings-answers.js';
import type { WingsClient } from '../../nodes/wings/wings-client.js';
import { isOutage } from '../../nodes/wings/wings-errors.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { eachOf } from '../daemon/each-of.js';
import { ServerRemovals } from '../daemon/server-removals.service.js';
import { ServerSync } from '../daemon/server-sync.service.js';

/** Starting many servers of a node at once would starve all of them. */
const CONCURRENCY = 5;

/** What a daemon missed while it was away: changed configurations, deletions, and servers that should be running. */
@Injectable()
export class Reconciliation {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly sync: ServerSync,
    private readonly removals: ServerRemovals,
  ) {}

  /** @param known what the daemon says of its servers, by uuid. @throws PanelError when the node goes away meanwhile. */
  async run(nodeId: number, known: ReadonlyMap<string, WingsServerState>): Promise<void> {
    await this.removals.removeNoted(nodeId);
    const daemon = await this.wings.forNode(nodeId);
    const servers = await this.prisma.server.findMany({
      where: { nodeId, OR: [{ syncPending: true }, { desiredPower: true }] },
      select: {
        uuid: true,
        syncPending: true,
        desiredPower: true,
        installState: true,
        suspended: true,
        dmca: true,
        hibernated: true,
        transferring: true,
      },
    });
    await eachOf(servers, CONCURRENCY, async (server) => {
      if (server.syncPending) await this.attempt(() => this.sync.force(server.uuid, nodeId));
      if (shouldRun(server) && known.get(server.uuid)?.state === 'offline') {
        await this.attempt(() => start(daemon, server.uuid));
      }
    });
  }

  /** One server that its daemon refuses must not keep the others waiting; a node that is away again ends it all. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isOutage(error)) throw error;
      logger.warn({ reason: (error as Error).message }, 'server not reconciled with its node');
    }
  }
}

/** What decides whether a server has to run. */
export interface WantedServer {
  readonly desiredPower: boolean;
  readonly installState: string;
  readonly suspended: boolean;
  readonly dmca: boolean;
  readonly hibernated: boolean;
  readonly transferring: boolean;
}

/** Whether a server has to run: wanted by its owner, and nothing in the way. */
export const shouldRun = (server: WantedServer): boolean =>
  server.desiredPower &&
  server.installState === 'installed' &&
  !server.suspended &&
  !server.dmca &&
  !server.hibernated &&
  !server.transferring;

const start = (daemon: WingsClient, uuid: string): Promise<void> => daemon.power(uuid, 'start');
