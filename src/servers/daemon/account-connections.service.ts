import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';

/**
 * Closes what an account has open on nodes: consoles opened directly and SFTP sessions, whose right daemons check only
 * when they begin. Staff has no servers of its own to be found by: its console tokens end in 600 s.
 */
@Injectable()
export class AccountConnections implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register('account.cut_off', ({ userId }) => this.close(userId), {
      retries: 3,
      retryDelaySeconds: 10,
      concurrency: 2,
    });
    this.jobs.register('account.cut_off_servers', ({ userId, servers }) => this.closeAll(userId, servers), {
      retries: 3,
      retryDelaySeconds: 10,
      concurrency: 2,
    });
  }

  /** Asks every node that has servers of the account. Fails while one is away, so that the job comes again. */
  private async close(userId: number): Promise<void> {
    const servers = await this.prisma.server.findMany({
      where: { OR: [{ ownerId: userId }, { subusers: { some: { userId } } }] },
      select: { uuid: true, nodeId: true },
    });
    await this.closeAll(userId, servers);
  }

  private async closeAll(userId: number, servers: readonly { nodeId: number; uuid: string }[]): Promise<void> {
    const user = await this.prisma.user.findUnique({ where: { id: userId }, select: { uuid: true } });
    if (user === null) return;
    const onNodes = new Map<number, string[]>();
    for (const { nodeId, uuid } of servers) onNodes.set(nodeId, [...(onNodes.get(nodeId) ?? []), uuid]);
    // A node that is away keeps the others from nothing: all are asked before the first failure tells.
    await Promise.all([...onNodes].map(([nodeId, uuids]) => this.closeOn(nodeId, user.uuid, uuids)));
  }

  private async closeOn(nodeId: number, userUuid: string, serverUuids: readonly string[]): Promise<void> {
    const daemon = await this.wings.forNode(nodeId);
    await daemon.deauthorizeUser(userUuid, serverUuids);
  }
}
