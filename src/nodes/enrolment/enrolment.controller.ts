import { Controller, Get, Header, Headers, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ClientAddress, Public } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { NODE_PARAMETER } from '../directory/node-routes.js';
import { DaemonBuilds } from './daemon-builds.service.js';
import { DownloadQueryDto } from './dto/enrolment.dto.js';
import { InstallTokens } from './install-tokens.service.js';

/** What a machine that becomes a node fetches. */
@ApiTags('Wings')
@Controller('api/wings')
export class EnrolmentController {
  constructor(
    private readonly builds: DaemonBuilds,
    private readonly tokens: InstallTokens,
  ) {}

  /** Download the script that installs a node */
  @Public()
  @RateLimited('wingsInstall')
  @Get('install.sh')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  script(): Promise<string> {
    return this.builds.installScript();
  }

  /** Download the daemon */
  @Public()
  @RateLimited('wingsDownload')
  @Get('download')
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 302, description: 'It is at another address.' })
  @ApiErrors(400, 404)
  async download(
    @Query() { arch }: DownloadQueryDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    const build = await this.builds.find(arch);
    if (build.kind === 'file') return new StreamableFile(build.open(), { length: build.size });
    response.status(302).setHeader('Location', build.url);
    return undefined;
  }

  /**
   * Download the config.yml of a new node
   *
   * With the one-time token of an install command, as a bearer: it works once.
   */
  @Public()
  @RateLimited('wingsInstall')
  @Get('nodes/:id/configuration')
  @Header('Content-Type', 'text/yaml; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  @ApiParam(NODE_PARAMETER)
  @ApiHeader({ name: 'Authorization', required: false, description: '`Bearer <one-time token>`' })
  @ApiProduces('text/yaml')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiErrors(401)
  configuration(
    @Param('id') id: string,
    @Headers('authorization') authorization: string | undefined,
    @ClientAddress() ip: string,
  ): Promise<string> {
    return this.tokens.redeem(id, authorization, ip);
  }
}
