import { Body, Controller, Get, Header, HttpCode, Post, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiProduces, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ClientAddress } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { ServerObject } from '../configuration/dto/server-object.dto.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import {
  ActivityQuery,
  CommandDto,
  LogQuery,
  LogsQuery,
  PowerDto,
  ReinstallDto,
  ServerActivityEntry,
  ServerStats,
} from './dto/operations.dto.js';
import { ServerConsole } from './server-console.service.js';
import { ServerInsight } from './server-insight.service.js';
import { ServerPower } from './server-power.service.js';

const ACTIVITY_ENTRY = { $ref: getSchemaPath(ServerActivityEntry) };

/** What is done with a server, and what is seen of it. */
@ApiTags('Servers')
@ApiExtraModels(ServerActivityEntry)
@Controller('api/servers/:id')
export class ServerOperationsController {
  constructor(
    private readonly serverPower: ServerPower,
    private readonly console: ServerConsole,
    private readonly insight: ServerInsight,
    private readonly serverSync: ServerSync,
  ) {}

  /** Start, stop, restart or kill a server */
  @Post('power')
  @HttpCode(200)
  @ServerPermission('power', { key: 'servers:power' })
  @RateLimited('power')
  @ApiErrors(400, 409, 502, 504)
  async power(
    @CurrentServer() server: ServerScope,
    @Body() dto: PowerDto,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.serverPower.act(server, dto, address);
    return SUCCESS;
  }

  /** Send a command to the console */
  @Post('commands')
  @HttpCode(200)
  @ServerPermission('console', { key: 'commands:execute' })
  @RateLimited('command')
  @ApiErrors(400, 502, 504)
  async command(
    @CurrentServer() server: ServerScope,
    @Body() { command }: CommandDto,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.console.command(server, command, address);
    return SUCCESS;
  }

  /**
   * Install a server again
   *
   * Deletes its files first unless `truncate_directory` is false.
   */
  @Post('reinstall')
  @HttpCode(200)
  @ServerPermission('reinstall', { key: 'reinstall:execute' })
  @ApiErrors(400, 409, 502, 504)
  async reinstall(
    @CurrentServer() server: ServerScope,
    @Body() dto: ReinstallDto,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.console.reinstall(server, dto.truncate_directory ?? true, address);
    return SUCCESS;
  }

  /**
   * Stop an installation
   *
   * Nodes with Go Wings cannot.
   */
  @Post('install/abort')
  @HttpCode(200)
  @ServerPermission('settings', { key: 'servers:write' })
  @ApiErrors(409, 502, 504)
  async abortInstallation(
    @CurrentServer() server: ServerScope,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.console.abortInstallation(server, address);
    return SUCCESS;
  }

  /** Let the node fetch the configuration again */
  @Post('sync')
  @HttpCode(200)
  @ServerPermission('settings', { key: 'sync:execute' })
  @ApiErrors(502, 504)
  async sync(@CurrentServer() server: ServerScope): Promise<SuccessResponse> {
    await this.serverSync.force(server.uuid, server.nodeId);
    return SUCCESS;
  }

  /**
   * Get the newest console lines
   *
   * With `limit` or `offset` the activity instead, for those who may see it: older clients page it at this address.
   */
  @Get('logs')
  @ServerPermission('console', { key: 'logs:read' })
  @ApiOkResponse({ schema: { type: 'array', items: { oneOf: [{ type: 'string' }, ACTIVITY_ENTRY] } } })
  @ApiErrors(400, 502, 504)
  logs(@CurrentServer() server: ServerScope, @Query() query: LogsQuery): Promise<string[] | ServerActivityEntry[]> {
    return this.insight.logs(server, query);
  }

  /** Get the log of the installation, as text */
  @Get('logs/install')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  @ServerPermission('console', { key: 'servers:console' })
  @ApiErrors(400, 502, 504)
  installLog(@CurrentServer() server: ServerScope, @Query() { lines }: LogQuery): Promise<string> {
    return this.console.installLog(server, lines);
  }

  /** Get what a server uses */
  @Get('stats')
  @ServerPermission('read', { key: 'servers:read' })
  stats(@CurrentServer() server: ServerScope): Promise<ServerStats> {
    return this.insight.stats(server);
  }

  /** List what was done with a server */
  @Get('activity')
  @ServerPermission('activity', { key: 'servers:read' })
  @ApiErrors(400)
  activity(@CurrentServer() server: ServerScope, @Query() query: ActivityQuery): Promise<ServerActivityEntry[]> {
    return this.insight.activity(server, query);
  }

  /** Get the configuration that the node is told */
  @Get('configuration')
  @ServerPermission('startup', { key: 'configuration:read' })
  configuration(@CurrentServer() server: ServerScope): Promise<ServerObject> {
    return this.insight.configurationOf(server);
  }
}
