import { Injectable } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';

const KEPT_PER_ACCOUNT = 200;
/** Rows a statement: longer ones would hold up the embedded database, which has one connection. */
const CHUNK = 5_000;

const OUTDATED = Prisma.sql`SELECT "id" FROM "Notification" WHERE "createdAt" < now() - interval '180 days' LIMIT ${CHUNK}`;

/** Only accounts with more than is kept are sorted at all. */
const SURPLUS = Prisma.sql`
  SELECT "id" FROM (
    SELECT "id", row_number() OVER (PARTITION BY "userId" ORDER BY "id" DESC) AS "place" FROM "Notification"
    WHERE "userId" IN (SELECT "userId" FROM "Notification" GROUP BY "userId" HAVING count(*) > ${KEPT_PER_ACCOUNT}::int)
  ) AS placed WHERE "place" > ${KEPT_PER_ACCOUNT}::int LIMIT ${CHUNK}`;

/** Removes, once a day, what is older than 180 days and all but the newest 200 of each account. */
@Injectable()
export class NotificationRetention {
  constructor(
    private readonly prisma: PrismaService,
    jobs: Jobs,
  ) {
    jobs.register('identity.notification_retention', () => this.purge(), { cron: '23 3 * * *', retries: 1 });
  }

  async purge(): Promise<void> {
    for (const chosen of [OUTDATED, SURPLUS]) await this.removeAll(chosen);
  }

  private async removeAll(chosen: Prisma.Sql): Promise<void> {
    let removed: number;
    do {
      removed = await this.prisma.$executeRaw`DELETE FROM "Notification" WHERE "id" IN (${chosen})`;
    } while (removed === CHUNK);
  }
}
