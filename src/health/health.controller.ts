import { Controller, Get, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../common/access/decorators.js';
import { HealthResponse } from './dto/health.dto.js';
import { Readiness } from './readiness.js';

@ApiTags('Health')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Tell whether the panel serves: 200 `ok`, else 503. */
  @Get()
  @ApiResponse({
    status: 503,
    type: HealthResponse,
    description: 'Starting, closing, or the database does not answer.',
  })
  health(@Res({ passthrough: true }) response: Response): Promise<HealthResponse> {
    return this.report(response);
  }

  /** Tell that the process runs; never asks the database. */
  @Get('live')
  live(): HealthResponse {
    return { status: 'ok' };
  }

  /** Tell whether traffic may be sent here: false while starting, closing, or without a database. */
  @Get('ready')
  @ApiResponse({
    status: 503,
    type: HealthResponse,
    description: 'Starting, closing, or the database does not answer.',
  })
  ready(@Res({ passthrough: true }) response: Response): Promise<HealthResponse> {
    return this.report(response);
  }

  private async report(response: Response): Promise<HealthResponse> {
    const status = await this.readiness.check();
    if (status !== 'ok') response.status(503).setHeader('Retry-After', 2);
    return status === 'degraded' ? { status, db: false } : { status };
  }
}
