import { Module } from '@nestjs/common';
import { LogsAdminController } from './logs.admin.controller.js';
import { LogsFile } from './logs-file.service.js';
import { LogsService } from './logs.service.js';

@Module({ controllers: [LogsAdminController], providers: [LogsService, LogsFile] })
export class LogsModule {}
