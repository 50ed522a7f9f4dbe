import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { TransferEndings } from './transfer-endings.service.js';

const MOST_AT_ONCE = 200;

/** Gives up transfers that are past their time: a node that died tells nobody. Runs once a minute, in one replica. */
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

  /** Each in a transaction of its own: one that fails keeps no other from its end. */
  async run(): Promise<void> {
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
