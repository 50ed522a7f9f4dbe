import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { AdminServerList } from './admin-server-list.service.js';
import { AdminServerPage, AdminServerQuery } from './dto/admin-server.dto.js';

@ApiTags('Servers (staff)')
@Controller('api/admin/servers')
export class ServersAdminController {
  constructor(private readonly servers: AdminServerList) {}

  /** List servers of everybody, searched, filtered and sorted */
  @Get()
  @RequirePermission(['admin:access', 'admin:servers:read'])
  @ApiErrors(400)
  list(@Query() query: AdminServerQuery): Promise<AdminServerPage> {
    return this.servers.page(query);
  }
}
