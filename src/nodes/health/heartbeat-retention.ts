import { Injectable } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Database } from '../../prisma/database.js';
import { PURGE } from './health.sql.js';

/** Removes heartbeats that are older than the history anybody can ask for, hourly. */
@Injectable()
export class HeartbeatRetention {
  constructor(
    private readonly database: Database,
    jobs: Jobs,
  ) {
    jobs.register('node.heartbeat_retention', () => this.purge(), { cron: '17 * * * *' });
  }

  async purge(): Promise<void> {
    await this.database.query(PURGE);
  }
}
