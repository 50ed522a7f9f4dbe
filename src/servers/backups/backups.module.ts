import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { BackupStoresModule } from '../backup-stores/backup-stores.module.js';
import { ServerQuotaModule } from '../quota/server-quota.module.js';
import { BackupCompletions } from './backup-completions.service.js';
import { BackupDownloads } from './backup-downloads.service.js';
import { BackupFailures } from './backup-failures.service.js';
import { BackupGroupsController } from './backup-groups.controller.js';
import { BackupGroups } from './backup-groups.service.js';
import { BackupRemovals } from './backup-removals.service.js';
import { BackupReports } from './backup-reports.service.js';
import { BackupRepositories } from './backup-repositories.service.js';
import { BackupRestores } from './backup-restores.service.js';
import { BackupUploads } from './backup-uploads.service.js';
import { BackupsController } from './backups.controller.js';
import { Backups } from './backups.service.js';
import { DaemonBackups } from './daemon-backups.service.js';
import { NewBackups } from './new-backups.service.js';

@Module({
  imports: [BackupStoresModule, ServerAccessModule, ServerQuotaModule],
  controllers: [BackupGroupsController, BackupsController],
  providers: [
    BackupCompletions,
    BackupDownloads,
    BackupFailures,
    BackupGroups,
    BackupRemovals,
    BackupReports,
    BackupRepositories,
    BackupRestores,
    Backups,
    BackupUploads,
    DaemonBackups,
    NewBackups,
  ],
  exports: [BackupReports, BackupRepositories, BackupRestores, Backups, BackupUploads, DaemonBackups],
})
export class BackupsModule {}
