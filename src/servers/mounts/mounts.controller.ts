import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { MountResponse } from './dto/mount.dto.js';
import { Mounts } from './mounts.service.js';

@ApiTags('Servers')
@Controller('api/servers/:id/mounts')
export class MountsController {
  constructor(private readonly mounts: Mounts) {}

  /**
   * List the mounts of a server
   *
   * The folder of the node is shown to staff only.
   */
  @Get()
  @ServerPermission('read', { key: 'servers:read' })
  list(@CurrentServer() server: ServerScope): Promise<MountResponse[]> {
    return this.mounts.listFor(server);
  }
}
