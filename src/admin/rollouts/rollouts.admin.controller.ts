import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SuccessResponse } from '../../identity/dto/success.dto.js';
import {
  CreateRolloutDto,
  RolloutOverrideDto,
  RolloutOverrideResponse,
  RolloutResponse,
  UpdateRolloutDto,
} from './dto/rollouts.dto.js';
import { RolloutAdministration } from './rollout-administration.service.js';

const ID = new RowIdPipe('Rollout not found');

/** Parts of the panel that only some accounts see yet. */
@ApiTags('Rollouts')
@RequirePermission('admin:access')
@Controller('api/admin/rollouts')
export class RolloutsAdminController {
  constructor(private readonly rollouts: RolloutAdministration) {}

  /** List rollouts, newest first */
  @Get()
  list(): Promise<RolloutResponse[]> {
    return this.rollouts.list();
  }

  /** Create a rollout */
  @Post()
  @ApiErrors(400)
  create(
    @Body() body: CreateRolloutDto,
    @Caller() { userId }: UserPrincipal,
    @ClientAddress() ipAddress: string,
  ): Promise<RolloutResponse> {
    return this.rollouts.create(body, { userId, ipAddress });
  }

  /** Change a rollout; what is absent stays */
  @Put(':id')
  @ApiErrors(400, 404)
  update(
    @Param('id', ID) id: number,
    @Body() body: UpdateRolloutDto,
    @Caller() { userId }: UserPrincipal,
    @ClientAddress() ipAddress: string,
  ): Promise<RolloutResponse> {
    return this.rollouts.update(id, body, { userId, ipAddress });
  }

  /** Delete a rollout with its overrides */
  @Delete(':id')
  @ApiErrors(404)
  delete(
    @Param('id', ID) id: number,
    @Caller() { userId }: UserPrincipal,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    return this.rollouts.delete(id, { userId, ipAddress });
  }

  /** List the accounts that are in a rollout whatever their bucket, newest first */
  @Get(':id/overrides')
  @ApiErrors(404)
  overrides(@Param('id', ID) id: number): Promise<RolloutOverrideResponse[]> {
    return this.rollouts.overrides(id);
  }

  /** Let an account into a rollout whatever its bucket */
  @Post(':id/overrides')
  @ApiErrors(400, 404)
  override(
    @Param('id', ID) id: number,
    @Body() body: RolloutOverrideDto,
    @Caller() { userId }: UserPrincipal,
    @ClientAddress() ipAddress: string,
  ): Promise<RolloutOverrideResponse> {
    return this.rollouts.override(id, body, { userId, ipAddress });
  }

  /** Leave an account to its bucket again */
  @Delete(':id/overrides/:userId')
  @ApiErrors(404)
  removeOverride(
    @Param('id', ID) id: number,
    @Param('userId', new RowIdPipe('Override not found')) target: number,
    @Caller() { userId }: UserPrincipal,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    return this.rollouts.removeOverride(id, target, { userId, ipAddress });
  }
}
