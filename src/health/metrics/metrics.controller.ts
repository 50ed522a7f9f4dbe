import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public } from '../../common/access/decorators.js';
import { equalsInConstantTime } from '../../common/crypto/digest.js';
import { forbidden } from '../../common/errors/panel-error.js';
import { Metrics } from '../../common/metrics/metrics.js';
import { Config } from '../../config/config.js';

/** Figures for Prometheus: for the same machine, or with `METRICS_TOKEN` as a bearer. */
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  @Public()
  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4')
  read(@Req() request: Request): Promise<string> {
    if (!this.mayRead(request)) throw forbidden();
    return this.metrics.registry.metrics();
  }

  private mayRead(request: Request): boolean {
    const secret = this.config.env.METRICS_TOKEN;
    if (secret === undefined) return ['127.0.0.1', '::1'].includes(request.clientIp);
    return equalsInConstantTime(request.headers.authorization ?? '', `Bearer ${secret}`);
  }
}
