import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerQuotaModule } from '../quota/server-quota.module.js';
import { BackupDownloads } from './backup-downloads.service.js';
import { BackupRemovals } from './backup-removals.service.js';
import { BackupReports } from './backup-reports.service.js';
import { BackupRestores } from './backup-restores.service.js';
import { BackupsController } from './backups.controller.js';
import { Backups } from './backups.service.js';

@Module({
  imports: [ServerAccessModule, ServerQuotaModule],
  controllers: [BackupsController],
  providers: [BackupDownloads, BackupRemovals, BackupReports, BackupRestores, Backups],
  exports: [BackupReports, BackupRestores, Backups],
})
export class BackupsModule {}
