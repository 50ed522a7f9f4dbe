import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { SearchQuery, SearchResponse } from './dto/search.dto.js';
import { AdminSearch } from './search.service.js';

@ApiTags('Search')
@Controller('api/admin/search')
@RequirePermission('admin:access')
export class SearchAdminController {
  constructor(private readonly searches: AdminSearch) {}

  /** Search accounts, organisations, servers, nodes and eggs */
  @Get()
  @ApiErrors(400)
  search(@Caller() caller: UserPrincipal, @Query() { q }: SearchQuery): Promise<SearchResponse> {
    return this.searches.search(caller, q);
  }
}
