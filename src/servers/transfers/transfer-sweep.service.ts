import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { TransferEndings } from './transfer-endings.service.js';

const MOST_AT_ONCE = 200;
const ORDER_LOST_AFTER_MS = 60_000;

/**
 * Gives up transfers that are past their time (a node that died tells nobody), and tells sources again of whose order
 * nobody knows whether it was given: the process that was about to may have died. Once a minute, in one replica.
 */
@Injectable()
export class TransferSweep implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly endings: TransferEndings,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register('transfer.sweep', () => this.run(), { cron: '* * * * *', retries: 0 });
  }

  async run(): Promise<void> {
    await this.giveUpOverdue();
    const forgotten = await this.prisma.serverTransfer.findMany({
      where: { state: 'pending', createdAt: { lt: new Date(Date.now() - ORDER_LOST_AFTER_MS) } },
      select: { id: true },
      take: MOST_AT_ONCE,
    });
    for (const { id } of forgotten) {
      await this.jobs.enqueue('transfer.begin', { transferId: id }, { singletonKey: String(id) });
    }
  }

  /** Each in a transaction of its own. */
  private async giveUpOverdue(): Promise<void> {
    const overdue = { activeServerUuid: { not: null }, deadlineAt: { lt: new Date() } };
    const found = await this.prisma.serverTransfer.findMany({
      where: overdue,
      select: { id: true, serverUuid: true },
      orderBy: { deadlineAt: 'asc' },
      take: MOST_AT_ONCE,
    });
    for (const { id, serverUuid } of found) {
      // The condition again: the deadline may have been moved by the node's first answer.
      await this.endings.abandon(
        { id, activeServerUuid: serverUuid, deadlineAt: overdue.deadlineAt },
        { state: 'failed', reason: 'The transfer took too long' },
      );
    }
  }
}
