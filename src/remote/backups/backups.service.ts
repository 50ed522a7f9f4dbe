import { Injectable } from '@nestjs/common';
import type { NodePrincipal } from '../../common/access/principal.js';
import { BackupReports } from '../../servers/backups/backup-reports.service.js';
import { BackupRestores } from '../../servers/backups/backup-restores.service.js';
import type { BackupOutcome, BackupReportBody } from './dto/backup-report.dto.js';

/** What a daemon reports about its backups (wings-protocol A.7). */
@Injectable()
export class RemoteBackups {
  constructor(
    private readonly reports: BackupReports,
    private readonly restores: BackupRestores,
  ) {}

  /** @throws PanelError 400, 404. */
  ended({ nodeId }: NodePrincipal, uuid: string, body: BackupReportBody): Promise<void> {
    return this.reports.ended(nodeId, uuid, {
      successful: body.successful,
      size: body.size ?? 0,
      files: body.files ?? null,
      checksum: body.checksum ?? '',
      checksumType: body.checksum_type ?? '',
      browsable: body.browsable ?? false,
      streaming: body.streaming ?? false,
      parts: (body.parts ?? []).map(({ etag, part_number }) => ({ etag, partNumber: part_number })),
    });
  }

  /** @throws PanelError 404. */
  deleted({ nodeId }: NodePrincipal, uuid: string, { successful }: BackupOutcome): Promise<void> {
    return this.reports.deleted(nodeId, uuid, successful);
  }

  /** @throws PanelError 404. */
  restored({ nodeId }: NodePrincipal, uuid: string, { successful }: BackupOutcome): Promise<void> {
    return this.restores.report(nodeId, uuid, successful);
  }
}
