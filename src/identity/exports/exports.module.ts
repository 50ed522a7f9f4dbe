import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { ExportAdministration } from './export-administration.service.js';
import { ExportDownloads } from './export-downloads.service.js';
import { ExportRunner } from './export-runner.service.js';
import { ExportSharesController } from './export-shares.controller.js';
import { ExportUpkeep } from './export-upkeep.service.js';
import { ExportsAdminController } from './exports.admin.controller.js';
import { ExportsController } from './exports.controller.js';
import { Exports } from './exports.service.js';
import { IdentityExportSources } from './identity-export-sources.js';

/** Copies of what the panel keeps about a person. Every area adds its part through `ExportSources`. */
@Module({
  imports: [NotificationsModule, PrincipalsModule],
  controllers: [ExportsController, ExportsAdminController, ExportSharesController],
  providers: [IdentityExportSources, Exports, ExportAdministration, ExportDownloads, ExportRunner, ExportUpkeep],
})
export class ExportsModule {}
