import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { PowerAction } from '../../nodes/wings/wings-client.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { serversOf, targetsOf } from './reboot.mapper.js';
import type { RebootTarget } from './reboot.mapper.js';

/** Servers that are told something at a time. */
const AT_A_TIME = 10;
/** Longer than a step between two writes takes: a daemon has 10 s for each call. */
const LEASE_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** Seconds for killed servers to end. */
const KILL_GRACE_MS = 5_000;

/** An operation that this process works on. */
interface Work {
  readonly id: string;
  readonly nodeId: number;
  readonly targets: RebootTarget[];
  phase: string;
  graceUntil: Date | null;
}

/** What another process would find: everything of the operation that has been done. */
type Progress = Pick<Prisma.NodeOperationUpdateInput, 'phase' | 'progress' | 'message' | 'graceUntil' | 'killedCount'>;

/** Another process has taken the operation over, or this one is closing. */
class Interrupted extends Error {}

/**
 * Works on reboots step by step: stop, wait, kill what did not stop, start. After each handful of servers it writes down
 * what is done and renews its lease; another process goes on from there when this one dies.
 */
@Injectable()
export class RebootRunner implements OnModuleDestroy {
  /** Servers that a reboot may touch. */
  static readonly usable = {
    suspended: false,
    dmca: false,
    hibernated: false,
    installState: 'installed',
  } as const satisfies Prisma.ServerWhereInput;

  private readonly closing = new AbortController();

  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly config: Config,
  ) {}

  onModuleDestroy(): void {
    this.closing.abort();
  }

  /** Does what is left of an operation. Nothing when it is over or another process works on it. */
  async run(operationId: string): Promise<void> {
    const work = await this.claim(operationId);
    if (work === undefined) return;
    try {
      if (work.phase === 'stop') await this.stopAll(work);
      if (work.phase === 'wait') await this.waitForStop(work);
      if (work.phase === 'kill') await this.killRest(work);
      if (work.phase === 'start') await this.startAll(work);
      await this.finish(work);
    } catch (error) {
      await this.prisma.nodeOperation.updateMany({
        where: { id: operationId, status: 'running' },
        data: { leaseUntil: null },
      });
      throw error;
    }
  }

  private async claim(id: string): Promise<Work | undefined> {
    const { count } = await this.prisma.nodeOperation.updateMany({
      where: { id, status: 'running', OR: [{ leaseUntil: null }, { leaseUntil: { lt: new Date() } }] },
      data: { leaseUntil: lease() },
    });
    if (count === 0) return undefined;
    const row = await this.prisma.nodeOperation.findUniqueOrThrow({ where: { id } });
    return {
      id,
      nodeId: row.nodeId,
      targets: targetsOf(row.servers),
      phase: row.phase,
      graceUntil: row.graceUntil,
    };
  }

  private async stopAll(work: Work): Promise<void> {
    const left = work.targets.filter(({ stop }) => stop === undefined);
    await this.tell(work, left, 'stop', (target, done) => (target.stop = done ? 'stopped' : 'failed'));
    work.phase = 'wait';
    work.graceUntil = new Date(Date.now() + this.config.env.NODE_REBOOT_GRACE_SECONDS * 1000);
    await this.save(work, { progress: 10, message: 'Waiting for servers to stop', graceUntil: work.graceUntil });
  }

  private async waitForStop(work: Work): Promise<void> {
    await this.untilOffline(work, work.graceUntil?.getTime() ?? 0);
    work.phase = 'kill';
    await this.save(work, { progress: 30, message: 'Killing servers that did not stop' });
  }

  private async killRest(work: Work): Promise<void> {
    const online = await this.online(work);
    const left = work.targets.filter(({ uuid }) => online.has(uuid));
    await this.tell(work, left, 'kill', (target, done) => {
      if (done) target.kill = 'killed';
    });
    await this.save(work, { progress: 50 });
    if (left.length > 0) await this.untilOffline(work, Date.now() + KILL_GRACE_MS);
    work.phase = 'start';
    await this.save(work, { progress: 70, message: 'Starting servers' });
  }

  /** Those that were suspended, moved or stopped by their owner in the meantime stay as they are. */
  private async startAll(work: Work): Promise<void> {
    const rows = await this.prisma.server.findMany({
      where: { nodeId: work.nodeId, uuid: { in: work.targets.map(({ uuid }) => uuid) }, ...RebootRunner.usable },
      select: { uuid: true, desiredPower: true },
    });
    const wished = new Map(rows.map(({ uuid, desiredPower }) => [uuid, desiredPower]));
    const left = work.targets.filter(({ uuid, wanted, start }) => {
      const wish = wished.get(uuid);
      return start === undefined && wish !== undefined && (wish || !wanted);
    });
    await this.tell(work, left, 'start', (target, done) => (target.start = done ? 'started' : 'failed'));
  }

  private async finish(work: Work): Promise<void> {
    const failed = work.targets.filter(({ start }) => start === 'failed').length;
    const { count } = await this.prisma.nodeOperation.updateMany({
      where: { id: work.id, status: 'running' },
      data: {
        ...columnsOf(work),
        status: failed === 0 ? 'completed' : 'failed',
        phase: 'done',
        progress: 100,
        message: failed === 0 ? 'All servers were rebooted' : `${failed} servers could not be started`,
        runningOn: null,
        leaseUntil: null,
      },
    });
    if (count > 0) logger.info({ nodeId: work.nodeId, operationId: work.id, failed }, 'servers of a node rebooted');
  }

  /** Tells the servers a few at a time, and writes down what came of it after each few. */
  private async tell(
    work: Work,
    targets: readonly RebootTarget[],
    action: PowerAction,
    note: (target: RebootTarget, done: boolean) => void,
  ): Promise<void> {
    for (let from = 0; from < targets.length; from += AT_A_TIME) {
      const few = targets.slice(from, from + AT_A_TIME);
      const done = await Promise.all(few.map(({ uuid }) => this.power(work.nodeId, uuid, action)));
      few.forEach((target, index) => note(target, done[index] === true));
      await this.save(work, {});
    }
  }

  private async power(nodeId: number, uuid: string, action: PowerAction): Promise<boolean> {
    try {
      const daemon = await this.wings.forNode(nodeId);
      await daemon.power(uuid, action);
      return true;
    } catch (error) {
      logger.warn({ nodeId, serverUuid: uuid, action, reason: (error as Error).message }, 'server not reached');
      return false;
    }
  }

  private async untilOffline(work: Work, end: number): Promise<void> {
    while (Date.now() < end) {
      if ((await this.online(work)).size === 0) return;
      await this.save(work, {});
      await pause(Math.min(LOOK_EVERY_MS, Math.max(end - Date.now(), 1)), undefined, {
        signal: this.closing.signal,
      }).catch(() => undefined);
    }
  }

  /** Servers of the operation that still run. While the daemon does not answer, all of them. */
  private async online({ nodeId, targets }: Work): Promise<Set<string>> {
    const uuids = new Set(targets.map(({ uuid }) => uuid));
    try {
      const daemon = await this.wings.forNode(nodeId);
      const listed = await daemon.listServers();
      const online = listed.filter(({ uuid, state }) => uuids.has(uuid) && state !== 'offline');
      return new Set(online.map(({ uuid }) => uuid));
    } catch (error) {
      logger.warn({ nodeId, reason: (error as Error).message }, 'states of servers not known during a reboot');
      return uuids;
    }
  }

  /** Writes down how far it is and renews the lease. @throws Interrupted when it is not this process's work any more. */
  private async save(work: Work, progress: Progress): Promise<void> {
    const { count } = await this.prisma.nodeOperation.updateMany({
      where: { id: work.id, status: 'running' },
      data: { ...columnsOf(work), ...progress, phase: work.phase, leaseUntil: lease() },
    });
    if (count === 0 || this.closing.signal.aborted) throw new Interrupted('reboot interrupted');
  }
}

const lease = (): Date => new Date(Date.now() + LEASE_MS);

const columnsOf = ({ targets }: Work): { servers: Prisma.InputJsonArray; killedCount: number } => ({
  servers: serversOf(targets),
  killedCount: targets.filter(({ kill }) => kill === 'killed').length,
});
