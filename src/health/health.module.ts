import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { MetricsController } from './metrics/metrics.controller.js';

@Module({
  controllers: [HealthController, MetricsController],
  providers: [Readiness],
})
export class HealthModule {}
