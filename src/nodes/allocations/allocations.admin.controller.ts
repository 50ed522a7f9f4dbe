import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { NODE_ADMINISTRATION, NODE_PARAMETER } from '../directory/node-routes.js';
import { AllocationPool } from './allocation-pool.service.js';
import {
  AddAllocationsDto,
  AllocationListResponse,
  AllocationQueryDto,
  AllocationResponse,
  AllocationsAddedResponse,
  AllocationsRemovedResponse,
  RemoveAllocationsDto,
  UpdateAllocationDto,
} from './dto/allocations.dto.js';

const ALLOCATION = new RowIdPipe('Allocation not found');

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

  /** Add ports of an address, or of each address of a block, to a node */
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

  /** Change alias, notes or dedication of a port */
  @RequirePermission('nodes:*', NODE_ADMINISTRATION)
  @Put(':allocationId')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404)
  update(
    @Param('id') id: string,
    @Param('allocationId', ALLOCATION) allocationId: number,
    @Body() body: UpdateAllocationDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<AllocationResponse> {
    return this.pool.update(id, allocationId, body, { userId: caller.userId, ip });
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
