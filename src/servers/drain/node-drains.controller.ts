import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { NODE_ADMINISTRATION, NODE_PARAMETER } from '../../nodes/directory/node-routes.js';
import { NodeDrainResponse, StartDrainDto } from './dto/node-drain.dto.js';
import { NodeDrains } from './node-drains.service.js';

const PERMISSIONS = ['nodes:read', 'admin:servers:manage'] as const;

/** Evacuations of nodes. */
@ApiTags('Nodes')
@Controller('api/nodes/:id/drain')
export class NodeDrainsController {
  constructor(private readonly drains: NodeDrains) {}

  /**
   * Drain a node
   *
   * Puts it into maintenance (no new servers, no incoming transfers) and moves its servers away, a few at a time. It
   * stays in maintenance afterwards, until `maintenance` is taken back.
   */
  @RequirePermission(PERMISSIONS, NODE_ADMINISTRATION)
  @Post()
  @HttpCode(200)
  @Idempotent()
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404, 409)
  start(
    @Param('id') id: string,
    @Body() dto: StartDrainDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<NodeDrainResponse> {
    return this.drains.start(id, dto, { userId: caller.userId, ip });
  }

  /** Show the newest drain of a node: what has moved, what could not and why */
  @RequirePermission(PERMISSIONS, NODE_ADMINISTRATION)
  @Get()
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(404)
  newest(@Param('id') id: string): Promise<NodeDrainResponse> {
    return this.drains.newest(id);
  }

  /**
   * Stop the drain of a node
   *
   * Servers that wait stay; transfers under way go on and can be cancelled one by one. The node stays in maintenance.
   */
  @RequirePermission(PERMISSIONS, NODE_ADMINISTRATION)
  @Delete()
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(404, 409)
  cancel(
    @Param('id') id: string,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<NodeDrainResponse> {
    return this.drains.cancel(id, { userId: caller.userId, ip });
  }
}
