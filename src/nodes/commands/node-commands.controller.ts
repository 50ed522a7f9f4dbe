import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, NodeOnly, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { NODE_ADMINISTRATION } from '../directory/node-routes.js';
import { DAEMON_POLICY } from './daemon-policy.js';
import { CommandQueuedResponse, DaemonPolicyResponse, QueueCommandDto } from './dto/commands.dto.js';
import { NodeCommands } from './node-commands.service.js';

@ApiTags('Wings')
@Controller('api/wings')
export class NodeCommandsController {
  constructor(private readonly commands: NodeCommands) {}

  /**
   * Tell a patched daemon to do something
   *
   * It hears of it with the answer to its next heartbeat; what waited before is replaced.
   */
  // The role `default` holds soc:write: without nodes:read everybody could restart daemons.
  @RequirePermission(['nodes:read', 'soc:write'], NODE_ADMINISTRATION)
  @Post('command')
  @HttpCode(200)
  @ApiErrors(400, 404)
  async queue(
    @Body() body: QueueCommandDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<CommandQueuedResponse> {
    await this.commands.queue(body, { userId: caller.userId, ip });
    return { success: true };
  }

  /** Show what a patched daemon watches for */
  @NodeOnly()
  @Get('config')
  policy(): DaemonPolicyResponse {
    return DAEMON_POLICY;
  }
}
