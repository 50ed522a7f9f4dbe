import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { WingsFiles } from '../../nodes/wings/wings-files.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { busyColumns, idle, notNow } from '../access/not-now.js';
import type { ServerScope } from '../access/server-scope.js';
import { ACTION_BUDGET_MS, BudgetExceeded, within } from '../daemon/time-budget.js';
import { FileSlots } from './file-slots.js';

/** Who changes files, and from where. */
export interface FileChange {
  readonly server: ServerScope;
  readonly ipAddress: string;
}

/** What every change of files has in common: when it may be made, how long anybody waits for it, and its record. */
@Injectable()
export class FileGate {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly slots: FileSlots,
    private readonly audit: AuditLog,
  ) {}

  /** @throws PanelError 409 while the server is installed, transferred or put back from a backup. */
  async requireIdle({ uuid }: ServerScope): Promise<void> {
    const free = await this.prisma.server.findFirst({ where: { uuid, ...idle() }, select: { uuid: true } });
    if (free !== null) return;
    const server = await this.prisma.server.findUnique({ where: { uuid }, select: busyColumns });
    throw server === null ? notFound('Server not found', 'servers.not_found') : notNow(server);
  }

  /**
   * Changes files on the node, and records it.
   * @param what the second half of the action's name: `server:file:<what>`.
   */
  async change(
    { server, ipAddress }: FileChange,
    what: string,
    metadata: Prisma.InputJsonObject,
    work: (files: WingsFiles) => Promise<void>,
  ): Promise<void> {
    await this.requireIdle(server);
    await work(await this.filesOf(server));
    await this.record({ server, ipAddress }, what, metadata);
  }

  /**
   * Work that may take minutes: whoever asked for it waits as long as a browser does.
   * @returns its result, or undefined when the node is still at it.
   */
  async longChange<Result>(
    { server, ipAddress }: FileChange,
    what: string,
    metadata: Prisma.InputJsonObject,
    work: (files: WingsFiles) => Promise<Result>,
  ): Promise<{ result: Result } | undefined> {
    await this.requireIdle(server);
    const files = await this.filesOf(server);
    const release = this.slots.take(server.userId, server.uuid);
    const done = await endOf(work(files).finally(release));
    await this.record({ server, ipAddress }, what, metadata);
    return done;
  }

  /** Moves bytes; counts against the caller while it lasts. */
  async moving<Result>({ userId, uuid }: ServerScope, work: () => Promise<Result>): Promise<Result> {
    const release = this.slots.take(userId, uuid);
    try {
      return await work();
    } finally {
      release();
    }
  }

  private async filesOf({ uuid, nodeId }: ServerScope): Promise<WingsFiles> {
    return (await this.wings.forNode(nodeId)).files(uuid);
  }

  private record({ server, ipAddress }: FileChange, what: string, metadata: Prisma.InputJsonObject): Promise<void> {
    const target = { targetType: 'server', targetId: server.uuid } as const;
    return this.audit.record({ userId: server.userId, action: `server:file:${what}`, ...target, ipAddress, metadata });
  }
}

async function endOf<Result>(work: Promise<Result>): Promise<{ result: Result } | undefined> {
  try {
    return { result: await within(ACTION_BUDGET_MS, work) };
  } catch (error) {
    if (error instanceof BudgetExceeded) return undefined;
    throw error;
  }
}
