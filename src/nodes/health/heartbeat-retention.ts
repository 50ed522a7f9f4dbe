import { Injectable } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Database } from '../../prisma/database.js';
import { PURGE, PURGE_HOURS, ROLL_UP } from './health.sql.js';

/** Sums heartbeats up by the hour, and removes those and the sums that nobody can ask for any more; hourly. */
@Injectable()
export class HeartbeatRetention {
  constructor(
    private readonly database: Database,
    jobs: Jobs,
  ) {
    jobs.register('node.heartbeat_retention', () => this.purge(), { cron: '17 * * * *' });
  }

  /** What leaves has been summed up before. */
  async purge(): Promise<void> {
    await this.database.query(ROLL_UP);
    await this.database.query(PURGE);
    await this.database.query(PURGE_HOURS);
  }
}
