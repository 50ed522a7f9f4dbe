import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { NODE_ADMINISTRATION, NODE_PARAMETER } from '../directory/node-routes.js';
import { AllocationPool } from './allocation-pool.service.js';
import {
  AddAllocationsDto,
  AllocationListResponse,
  AllocationQueryDto,
  AllocationsAddedResponse,
  AllocationsRemovedResponse,
  RemoveAllocationsDto,
} from './dto/allocations.dto.js';

@ApiTags('Allocations')
@Controller('api/nodes/:id/allocations')
export class AllocationsAdminController {
  constructor(private readonly pool: AllocationPool) {}

  /** List the ports of a node */
  @RequirePermission('nodes:read', NODE_ADMINISTRATION)
  @Get()
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404)
  list(@Param('id') id: string, @Query() query: AllocationQueryDto): Promise<AllocationListResponse> {
    return this.pool.list(id, query);
  }

  /** Add ports to a node */
  @RequirePermission('nodes:*', NODE_ADMINISTRATION)
  @Post()
  @HttpCode(200)
  @Idempotent()
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404)
  add(
    @Param('id') id: string,
    @Body() body: AddAllocationsDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<AllocationsAddedResponse> {
    return this.pool.add(id, body, { userId: caller.userId, ip });
  }

  /** Remove ports that no server has */
  @RequirePermission('nodes:*', NODE_ADMINISTRATION)
  @Delete()
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404)
  remove(
    @Param('id') id: string,
    @Body() body: RemoveAllocationsDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<AllocationsRemovedResponse> {
    return this.pool.remove(id, body, { userId: caller.userId, ip });
  }
}
