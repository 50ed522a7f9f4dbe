import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallingNodeIfAny, ClientAddress, NodeOrPermission } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { AbuseAgents } from './abuse-agents.service.js';
import { AbuseIncidents } from './abuse-incidents.service.js';
import { AbuseEventDto, AbuseEventResponse, AbuseHeartbeatDto, AbuseHeartbeatResponse } from './dto/abuse.dto.js';

/** What programs that watch for abuse report: with a node's token of its servers, with a key of staff of all. */
@ApiTags('Anti-abuse')
@Controller('api/admin/antiabuse')
export class AbuseController {
  constructor(
    private readonly agents: AbuseAgents,
    private readonly incidents: AbuseIncidents,
  ) {}

  /**
   * Report that an agent lives
   *
   * A patched daemon does so every 30 seconds, and is handed the command that waits for its node.
   */
  @NodeOrPermission('admin:antiabuse')
  @Post('heartbeat')
  @HttpCode(200)
  @ApiErrors(400)
  heartbeat(
    @CallingNodeIfAny() node: NodePrincipal | undefined,
    @Body() body: AbuseHeartbeatDto,
  ): Promise<AbuseHeartbeatResponse> {
    return this.agents.heartbeat(node, body);
  }

  /**
   * Report that a server misbehaves
   *
   * With the action `suspend` or `block` the panel suspends it. Of a server the newest 100 incidents are kept.
   */
  @NodeOrPermission('admin:antiabuse')
  @Post('events')
  @HttpCode(200)
  @ApiErrors(400, 404)
  report(
    @CallingNodeIfAny() node: NodePrincipal | undefined,
    @Body() body: AbuseEventDto,
    @ClientAddress() ipAddress: string,
  ): Promise<AbuseEventResponse> {
    return this.incidents.report({ node, ipAddress }, body);
  }
}
