import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../../common/access/decorators.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { FeaturesResponse, PanelSettingsResponse } from './dto/settings.dto.js';
import { SettingsService } from './settings.service.js';

@ApiTags('Settings')
@Controller('api')
@Public()
export class PanelSettingsController {
  constructor(private readonly settings: SettingsService) {}

  /** Read the settings that the web client needs on every page. Send `If-None-Match` to get 304 while nothing changed. */
  @Get('panel/settings')
  @RateLimited('panelSettings')
  @Header('Cache-Control', 'no-cache')
  @ApiOkResponse({ type: PanelSettingsResponse })
  @ApiResponse({ status: 304, description: 'Nothing changed since the given ETag.' })
  panelSettings(@Res({ passthrough: true }) response: Response): PanelSettingsResponse {
    const { settings, etag } = this.settings.publicSettings();
    // Express compares it with If-None-Match and turns the answer into a 304.
    response.setHeader('ETag', etag);
    return settings;
  }

  /** Read the feature flags. */
  @Get('public/features')
  features(): FeaturesResponse {
    return this.settings.features();
  }
}
