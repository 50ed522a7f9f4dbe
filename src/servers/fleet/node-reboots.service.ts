import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound, PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { WingsServerState } from '../../nodes/wings/wings-answers.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { RebootStartedResponse, RebootStatusResponse } from './dto/fleet.dto.js';
import { findNode } from './fleet-node.js';
import type { FleetNode, Operator } from './fleet-node.js';
import { serversOf, toStarted, toStatus } from './reboot.mapper.js';
import type { RebootTarget } from './reboot.mapper.js';
import { RebootRunner } from './reboot-runner.service.js';

/** How long a finished operation can be looked at (contract nodes). */
const SHOWN_FOR_MS = 5 * 60_000;
const KEPT_FOR_MS = 7 * 86_400_000;
const NOTHING = 'No running servers to reboot';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A server that is just stopping was stopped by somebody: it must not come back. */
const REBOOTED: readonly string[] = ['running', 'starting'];

const started = { id: true, status: true, totalServers: true, onlineCount: true } satisfies Prisma.NodeOperationSelect;

/** Reboots of all servers of a node: one at a time a node, written down, so that it survives the process. */
@Injectable()
export class NodeReboots implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
    private readonly runner: RebootRunner,
  ) {}

  onModuleInit(): void {
    this.jobs.register('node.reboot', ({ operationId }) => this.runner.run(operationId), {
      retries: 5,
      retryDelaySeconds: 2,
      concurrency: 4,
    });
    this.jobs.register('node.operations_watch', () => this.watch(), { cron: '* * * * *', retries: 0 });
  }

  /**
   * Begins a reboot, or answers the one that is running.
   * @throws PanelError 400, 404; 502 when the daemon does not tell which servers it has.
   */
  async start(ref: string, operator: Operator): Promise<RebootStartedResponse> {
    const node = await findNode(this.prisma, ref);
    const running = await this.running(node.id);
    if (running !== null) return running;
    const listed = await this.list(node.id);
    const targets = await this.targets(node.id, listed);
    if (targets.length === 0) return this.nothingToDo(node, listed.length, operator);
    return (await this.begin(node, listed.length, targets, operator)) ?? this.start(ref, operator);
  }

  /** @throws PanelError 400; 404 for a node or operation that is unknown, another's or forgotten. */
  async status(ref: string, operationId: string): Promise<RebootStatusResponse> {
    const node = await findNode(this.prisma, ref);
    const row = UUID.test(operationId)
      ? await this.prisma.nodeOperation.findUnique({ where: { id: operationId } })
      : null;
    const isOver = row !== null && row.status !== 'running' && row.createdAt.getTime() < Date.now() - SHOWN_FOR_MS;
    if (row === null || isOver) throw notFound('Operation not found or expired', 'nodes.operation_not_found');
    if (row.nodeId !== node.id) throw notFound('Operation does not belong to this node', 'nodes.operation_of_other');
    return toStatus(row);
  }

  /** Takes up operations whose process has died, and forgets old ones. */
  async watch(): Promise<void> {
    const orphans = await this.prisma.nodeOperation.findMany({
      where: { status: 'running', OR: [{ leaseUntil: null }, { leaseUntil: { lt: new Date() } }] },
      select: { id: true },
      take: 100,
    });
    await Promise.all(
      orphans.map(({ id }) => this.jobs.enqueue('node.reboot', { operationId: id }, { singletonKey: id })),
    );
    const old = new Date(Date.now() - KEPT_FOR_MS);
    await this.prisma.nodeOperation.deleteMany({ where: { status: { not: 'running' }, createdAt: { lt: old } } });
  }

  private async running(nodeId: number): Promise<RebootStartedResponse | null> {
    const row = await this.prisma.nodeOperation.findUnique({ where: { runningOn: nodeId }, select: started });
    return row === null ? null : toStarted(row);
  }

  private async list(nodeId: number): Promise<WingsServerState[]> {
    try {
      const daemon = await this.wings.forNode(nodeId);
      return await daemon.listServers();
    } catch (error) {
      if (!(error instanceof PanelError)) throw error;
      const message = `Failed to fetch servers from Wings: ${error.message}`;
      throw new PanelError(502, 'nodes.list_failed', message, { cause: error });
    }
  }

  /** Of what the daemon has: servers of this node that run, and that their owners may use. */
  private async targets(nodeId: number, listed: readonly WingsServerState[]): Promise<RebootTarget[]> {
    const uuids = listed.filter(({ state }) => REBOOTED.includes(state)).map(({ uuid }) => uuid);
    const rows = await this.prisma.server.findMany({
      where: { nodeId, uuid: { in: uuids }, ...RebootRunner.usable },
      select: { uuid: true, name: true, desiredPower: true },
      orderBy: { uuid: 'asc' },
    });
    return rows.map(({ uuid, name, desiredPower }) => ({ uuid, name, wanted: desiredPower }));
  }

  private async nothingToDo(node: FleetNode, total: number, operator: Operator): Promise<RebootStartedResponse> {
    const row = await this.prisma.nodeOperation.create({
      data: {
        nodeId: node.id,
        status: 'completed',
        phase: 'done',
        progress: 100,
        message: NOTHING,
        totalServers: total,
        createdBy: operator.userId,
      },
      select: { id: true },
    });
    return { operationId: row.id, status: 'completed', message: NOTHING };
  }

  /** Undefined when another request began one in the meantime. */
  private async begin(
    node: FleetNode,
    totalServers: number,
    targets: readonly RebootTarget[],
    { userId, ip }: Operator,
  ): Promise<RebootStartedResponse | undefined> {
    const onlineCount = targets.length;
    try {
      return await this.prisma.$transaction(async (tx) => {
        const row = await tx.nodeOperation.create({
          data: {
            nodeId: node.id,
            runningOn: node.id,
            message: 'Stopping servers',
            totalServers,
            onlineCount,
            servers: serversOf(targets),
            createdBy: userId,
          },
          select: started,
        });
        await this.jobs.enqueue('node.reboot', { operationId: row.id }, { tx, singletonKey: row.id });
        const target = { targetType: 'node', targetId: node.id, ipAddress: ip } as const;
        const metadata = { name: node.name, servers: onlineCount };
        await this.audit.record({ userId, action: 'node:reboot-all', ...target, metadata }, tx);
        return toStarted(row);
      });
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }
}
