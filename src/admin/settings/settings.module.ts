import { Module } from '@nestjs/common';
import { PanelSettingsController } from './panel-settings.controller.js';
import { SettingsAdminController } from './settings.admin.controller.js';
import { SettingsService } from './settings.service.js';

@Module({
  controllers: [SettingsAdminController, PanelSettingsController],
  providers: [SettingsService],
})
export class SettingsModule {}
