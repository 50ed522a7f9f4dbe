import { Module } from '@nestjs/common';
import { ApiUsage } from './api-usage.service.js';
import { UsageController } from './usage.controller.js';

@Module({ controllers: [UsageController], providers: [ApiUsage] })
export class UsageModule {}
