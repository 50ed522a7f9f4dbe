import { Injectable } from '@nestjs/common';
import { containing } from '../../common/paging/containing.js';
import { pageRequest, uuidRange } from '../../common/paging/search-page.dto.js';
import { NodeHealth } from '../../nodes/health/node-health.service.js';
import { Database } from '../../prisma/database.js';
import { COUNT_SERVERS, listServers } from './admin-servers.sql.js';
import type { AdminServerRow } from './admin-servers.sql.js';
import type { AdminServerItem, AdminServerPage, AdminServerQuery } from './dto/admin-server.dto.js';
import { toListItem } from './server.mapper.js';

/** All servers, as staff looks through them; answered from the last-known state. */
@Injectable()
export class AdminServerList {
  constructor(
    private readonly database: Database,
    private readonly health: NodeHealth,
  ) {}

  /** One page: two statements, whatever its size. */
  async page(query: AdminServerQuery): Promise<AdminServerPage> {
    const { page, per, skip, term } = pageRequest(query);
    const [first = null, last = null] = uuidRange(term ?? '') ?? [];
    const { nodeId = null, userId = null, eggId = null, suspended = null } = query;
    const pattern = term === undefined ? null : containing(term);
    const filter = [pattern, first, last, nodeId, userId, eggId, suspended];
    const [counted] = await this.database.query<{ total: number }>(COUNT_SERVERS, filter);
    const rows = await this.database.query<AdminServerRow>(listServers(query), [...filter, per, skip]);
    return { servers: rows.map((row) => this.item(row)), total: counted?.total ?? 0, page, per };
  }

  private item(row: AdminServerRow): AdminServerItem {
    const { ownerEmail: owner, eggId } = row;
    return { ...toListItem(row, this.health.isHealthy(row.nodeId)), owner, eggId, ignoreAntiAbuse: false };
  }
}
