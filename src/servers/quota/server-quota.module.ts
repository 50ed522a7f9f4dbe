import { Module } from '@nestjs/common';
import { ServerQuota } from './server-quota.service.js';

@Module({ providers: [ServerQuota], exports: [ServerQuota] })
export class ServerQuotaModule {}
