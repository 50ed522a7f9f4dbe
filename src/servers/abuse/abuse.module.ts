import { Module } from '@nestjs/common';
import { ServerSuspensionsModule } from '../suspension/server-suspensions.module.js';
import { AbuseAgents } from './abuse-agents.service.js';
import { AbuseController } from './abuse.controller.js';
import { AbuseIncidents } from './abuse-incidents.service.js';

/** Reports of programs that watch servers for abuse. */
@Module({
  imports: [ServerSuspensionsModule],
  controllers: [AbuseController],
  providers: [AbuseAgents, AbuseIncidents],
})
export class AbuseModule {}
