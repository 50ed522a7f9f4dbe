import { Module } from '@nestjs/common';
import { WingsModule } from '../wings/wings.module.js';
import { HeartbeatHistory } from './heartbeat-history.service.js';
import { HeartbeatRetention } from './heartbeat-retention.js';
import { HeartbeatWriter } from './heartbeat-writer.js';
import { HeartbeatsController } from './heartbeats.controller.js';
import { NodeHealth } from './node-health.service.js';
import { NodeProber } from './node-prober.js';

@Module({
  imports: [WingsModule],
  controllers: [HeartbeatsController],
  providers: [HeartbeatHistory, HeartbeatRetention, HeartbeatWriter, NodeHealth, NodeProber],
  exports: [NodeHealth],
})
export class NodeHealthModule {}
