import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { NODE_ADMINISTRATION, NODE_PARAMETER } from '../directory/node-routes.js';
import { HeartbeatHistoryResponse, HeartbeatPoint, HeartbeatQueryDto } from './dto/heartbeats.dto.js';
import { HeartbeatHistory } from './heartbeat-history.service.js';

const points = { type: 'array', items: { $ref: getSchemaPath(HeartbeatPoint) } } as const;

@ApiTags('Nodes')
@ApiExtraModels(HeartbeatPoint)
@Controller('api/nodes')
export class HeartbeatsController {
  constructor(private readonly history: HeartbeatHistory) {}

  /**
   * Show the newest heartbeats of all nodes
   *
   * Node id to its last 200 heartbeats, oldest first.
   */
  @RequirePermission('nodes:read', NODE_ADMINISTRATION)
  @Get('heartbeats')
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: points } })
  newest(): Promise<Record<string, HeartbeatPoint[]>> {
    return this.history.newest();
  }

  /** Show how a node has been in the last day, week or month */
  @RequirePermission('nodes:read', NODE_ADMINISTRATION)
  @Get(':id/heartbeats')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404)
  of(@Param('id') id: string, @Query() { window }: HeartbeatQueryDto): Promise<HeartbeatHistoryResponse> {
    return this.history.of(id, window);
  }
}
