import { Module } from '@nestjs/common';
import { BackupConfigurationsAdminController } from './backup-configurations.admin.controller.js';
import { BackupConfigurations } from './backup-configurations.service.js';
import { BackupLeftovers } from './backup-leftovers.service.js';
import { BackupStores } from './backup-stores.service.js';
import { StoreSecrets } from './store-secrets.js';

@Module({
  controllers: [BackupConfigurationsAdminController],
  providers: [BackupConfigurations, BackupLeftovers, BackupStores, StoreSecrets],
  exports: [BackupLeftovers, BackupStores],
})
export class BackupStoresModule {}
