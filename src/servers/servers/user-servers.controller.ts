import { Controller, Get, Param } from '@nestjs/common';
import { ApiExtension, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { UserServerItem } from './dto/server.dto.js';
import { ServerList } from './server-list.service.js';

@ApiTags('Servers')
@Controller('api/users/:id/servers')
export class UserServersController {
  constructor(private readonly lists: ServerList) {}

  /**
   * List the servers that an account owns
   *
   * One's own (`me` or the id), with a key only when it holds `servers:read`; those of others with `users:read`. Answered
   * from the last-known state.
   */
  @Authenticated()
  @Get()
  @ApiExtension('x-key-permission', 'servers:read')
  @ApiErrors(404)
  list(@Caller() caller: UserPrincipal, @Param('id') id: string): Promise<UserServerItem[]> {
    return this.lists.ofUser(caller, id);
  }
}
