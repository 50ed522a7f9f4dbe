import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { CreateNodeDto, UpdateNodeDto } from './dto/node-fields.dto.js';
import { ListedNodeResponse, NodeResponse, NodeResultResponse, SuccessResponse } from './dto/node-response.dto.js';
import { NODE_ADMINISTRATION, NODE_PARAMETER } from '../directory/node-routes.js';
import { NodeListing } from './node-listing.service.js';
import { Nodes } from './nodes.service.js';

@ApiTags('Nodes')
@Controller('api/nodes')
export class NodesController {
  constructor(
    private readonly listing: NodeListing,
    private readonly nodes: Nodes,
  ) {}

  /** List all nodes */
  @RequirePermission('nodes:read', NODE_ADMINISTRATION)
  @Get()
  list(): Promise<NodeResponse[]> {
    return this.listing.all();
  }

  /**
   * List the nodes on which the caller may place servers
   *
   * Nodes of his portal that are healthy and take servers. Holders of `nodes:read` get every node with all fields.
   */
  @Authenticated()
  @Get('available')
  available(@Caller() caller: UserPrincipal): Promise<ListedNodeResponse[]> {
    return this.listing.available(caller);
  }

  /** Show a node */
  @RequirePermission('nodes:read', NODE_ADMINISTRATION)
  @Get(':id')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(404)
  one(@Param('id') id: string): Promise<NodeResponse> {
    return this.listing.one(id);
  }

  /**
   * Create a node
   *
   * The ports of its range become allocations, and the panel begins to probe its daemon at once.
   */
  @RequirePermission('nodes:create', NODE_ADMINISTRATION)
  @Post()
  @HttpCode(200)
  @Idempotent()
  @ApiErrors(400, 409)
  create(
    @Body() body: CreateNodeDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<NodeResultResponse> {
    return this.nodes.create(body, { userId: caller.userId, ip });
  }

  /**
   * Change a node
   *
   * Absent fields stay as they are, `null` clears. New ports of the range become allocations; none is removed.
   */
  @RequirePermission('nodes:*', NODE_ADMINISTRATION)
  @Put(':id')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404, 409)
  update(
    @Param('id') id: string,
    @Body() body: UpdateNodeDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<NodeResultResponse> {
    return this.nodes.update(id, body, { userId: caller.userId, ip });
  }

  /** Remove a node that has no servers */
  @RequirePermission('nodes:*', NODE_ADMINISTRATION)
  @Delete(':id')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(404, 409)
  remove(
    @Param('id') id: string,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.nodes.remove(id, { userId: caller.userId, ip });
  }
}
