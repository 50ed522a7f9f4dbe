import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { ScheduleDto, ScheduleEntry, ScheduleRunEntry, ScheduleRunsQuery } from './dto/schedule.dto.js';
import { ScheduleUuidPipe } from './schedule-uuid.pipe.js';
import { Schedules } from './schedules.service.js';

/** What a server does by itself at certain times. */
@ApiTags('Schedules')
@Controller('api/servers/:id/schedules')
export class SchedulesController {
  constructor(private readonly schedules: Schedules) {}

  /** List the schedules of a server */
  @Get()
  @ServerPermission('schedules', { key: 'schedules:read' })
  list(@CurrentServer() server: ServerScope): Promise<ScheduleEntry[]> {
    return this.schedules.list(server);
  }

  /**
   * Make a schedule
   *
   * Its tasks are done one after the other. Who makes it must be allowed to do each of them himself.
   */
  @Post()
  @HttpCode(200)
  @ServerPermission('schedules', { key: 'schedules:create' })
  @Idempotent()
  @ApiErrors(400)
  create(
    @Caller() caller: UserPrincipal,
    @CurrentServer() scope: ServerScope,
    @Body() dto: ScheduleDto,
    @ClientAddress() ipAddress: string,
  ): Promise<ScheduleEntry> {
    return this.schedules.create({ caller, scope, ipAddress }, dto);
  }

  /** Read a schedule */
  @Get(':sid')
  @ServerPermission('schedules', { key: 'schedules:read' })
  one(@CurrentServer() server: ServerScope, @Param('sid', ScheduleUuidPipe) uuid: string): Promise<ScheduleEntry> {
    return this.schedules.one(server, uuid);
  }

  /** Change a schedule */
  @Put(':sid')
  @ServerPermission('schedules', { key: 'schedules:write' })
  @ApiErrors(400)
  update(
    @Caller() caller: UserPrincipal,
    @CurrentServer() scope: ServerScope,
    @Param('sid', ScheduleUuidPipe) uuid: string,
    @Body() dto: ScheduleDto,
    @ClientAddress() ipAddress: string,
  ): Promise<ScheduleEntry> {
    return this.schedules.update({ caller, scope, ipAddress }, uuid, dto);
  }

  /** Delete a schedule */
  @Delete(':sid')
  @ServerPermission('schedules', { key: 'schedules:write' })
  async remove(
    @Caller() caller: UserPrincipal,
    @CurrentServer() scope: ServerScope,
    @Param('sid', ScheduleUuidPipe) uuid: string,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.schedules.remove({ caller, scope, ipAddress }, uuid);
    return SUCCESS;
  }

  /** Run a schedule now */
  @Post(':sid/run')
  @HttpCode(200)
  @ServerPermission('schedules', { key: 'schedules:write' })
  @ApiErrors(409)
  async run(
    @Caller() caller: UserPrincipal,
    @CurrentServer() scope: ServerScope,
    @Param('sid', ScheduleUuidPipe) uuid: string,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.schedules.start({ caller, scope, ipAddress }, uuid);
    return SUCCESS;
  }

  /** List the newest runs of a schedule */
  @Get(':sid/runs')
  @ServerPermission('schedules', { key: 'schedules:read' })
  runs(
    @CurrentServer() server: ServerScope,
    @Param('sid', ScheduleUuidPipe) uuid: string,
    @Query() { limit }: ScheduleRunsQuery,
  ): Promise<ScheduleRunEntry[]> {
    return this.schedules.history(server, uuid, limit);
  }
}
