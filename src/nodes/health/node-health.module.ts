import { Module } from '@nestjs/common';
import { WingsModule } from '../wings/wings.module.js';
import { HeartbeatRetention } from './heartbeat-retention.js';
import { HeartbeatWriter } from './heartbeat-writer.js';
import { NodeHealth } from './node-health.service.js';
import { NodeProber } from './node-prober.js';

@Module({
  imports: [WingsModule],
  providers: [HeartbeatRetention, HeartbeatWriter, NodeHealth, NodeProber],
  exports: [NodeHealth],
})
export class NodeHealthModule {}
