import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { ListSearchDto } from '../../common/paging/list-search.dto.js';
import { NODE_ADMINISTRATION } from '../directory/node-routes.js';
import { AdminNodeResponse } from './dto/node-response.dto.js';
import { NodeListing } from './node-listing.service.js';

@ApiTags('Nodes')
@Controller('api/admin/nodes')
export class NodesAdminController {
  constructor(private readonly listing: NodeListing) {}

  /** List nodes with their health and number of servers; all of them unless the query says which part */
  @RequirePermission(['admin:access', 'nodes:read'], NODE_ADMINISTRATION)
  @Get()
  @ApiErrors(400)
  list(@Query() query: ListSearchDto): Promise<AdminNodeResponse[]> {
    return this.listing.forAdmins(query);
  }
}
