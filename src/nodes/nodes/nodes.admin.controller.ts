import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access/decorators.js';
import { NODE_ADMINISTRATION } from '../directory/node-routes.js';
import { AdminNodeResponse } from './dto/node-response.dto.js';
import { NodeListing } from './node-listing.service.js';

@ApiTags('Nodes')
@Controller('api/admin/nodes')
export class NodesAdminController {
  constructor(private readonly listing: NodeListing) {}

  /** List all nodes with their health and number of servers */
  @RequirePermission(['admin:access', 'nodes:read'], NODE_ADMINISTRATION)
  @Get()
  list(): Promise<AdminNodeResponse[]> {
    return this.listing.forAdmins();
  }
}
