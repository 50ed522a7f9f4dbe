import { Injectable } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { PrismaService } from '../../prisma/prisma.service.js';

/** Documents a statement: they are large, and the embedded database has one connection. */
const CHUNK = 100;

/**
 * Removes identity documents some days after the decision (setting `idDocumentRetentionDays`, 0 keeps them): what is
 * not there cannot be stolen. The records stay. Daily, on one replica.
 */
@Injectable()
export class IdDocumentRetention {
  constructor(
    private readonly prisma: PrismaService,
    private readonly settings: PanelSettings,
    jobs: Jobs,
  ) {
    jobs.register('identity.id_document_retention', () => this.purge(), { cron: '23 3 * * *', retries: 3 });
  }

  async purge(): Promise<void> {
    const days = this.settings.get('idDocumentRetentionDays');
    if (days === 0) return;
    let total = 0;
    for (;;) {
      const removed = await this.prisma.$executeRaw`
        DELETE FROM "IdDocument" WHERE "name" IN (
          SELECT d."name" FROM "IdDocument" d JOIN "IdVerification" v ON v."id" = d."verificationId"
          WHERE v."status" <> 'pending' AND v."decidedAt" < now() - make_interval(days => ${days}::int) LIMIT ${CHUNK})`;
      total += removed;
      if (removed < CHUNK) break;
    }
    if (total > 0) logger.info({ removed: total }, 'identity documents removed');
  }
}
