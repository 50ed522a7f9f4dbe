import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { forbidden, notFound } from '../../common/errors/panel-error.js';
import { Config } from '../../config/config.js';
import { NodeHealth } from '../../nodes/health/node-health.service.js';
import { ownOrPermitted } from '../../identity/access/target-user.js';
import { Accounts } from '../../identity/users/accounts.service.js';
import { Database } from '../../prisma/database.js';
import { SERVER_NEEDS } from '../access/server-needs.js';
import type { ServerScope } from '../access/server-scope.js';
import type { ServerDetail, ServerListItem, UserServerItem } from './dto/server.dto.js';
import type { ServerListQuery } from './dto/server-input.dto.js';
import { toDetail, toListItem, toUserServer } from './server.mapper.js';
import { LIST_ALL, LIST_OWN, LIST_OWNED_BY, SERVER_DETAIL } from './servers.sql.js';
import type { ServerDetailRow, ServerListRow } from './servers.sql.js';

const DEFAULT_PER_PAGE = 50;

/** Servers as the web client shows them: one statement each, from the last-known state; no daemon is asked. */
@Injectable()
export class ServerList {
  constructor(
    private readonly database: Database,
    private readonly health: NodeHealth,
    private readonly config: Config,
    private readonly accounts: Accounts,
  ) {}

  /** What the caller owns or was invited to; staff sees every server; a bound key only what it is bound to. Unpaged unless the query pages. */
  async list(principal: UserPrincipal, { page, per_page: perPage, q }: ServerListQuery): Promise<ServerListItem[]> {
    const isPaged = page !== undefined || perPage !== undefined;
    const size = perPage ?? DEFAULT_PER_PAGE;
    const pattern = q === undefined || q === '' ? null : escaped(q);
    const values = [
      pattern === null ? null : `%${pattern}%`,
      `${pattern?.toLowerCase()}%`,
      isPaged ? size : null,
      isPaged ? ((page ?? 1) - 1) * size : 0,
      principal.boundServers === undefined ? null : [...principal.boundServers],
      principal.boundOrganisation ?? null,
    ];
    const seesAll = SERVER_NEEDS.read.staff.some((permission) => principal.canAsStaff(permission));
    const rows = seesAll
      ? await this.database.query<ServerListRow>(LIST_ALL, values)
      : await this.database.query<ServerListRow>(LIST_OWN, [...values, principal.userId]);
    return rows.map((row) => toListItem(row, this.health.isHealthy(row.nodeId)));
  }

  /** What an account owns: its own, or (with `users:read`) somebody else's. @throws PanelError 403, 404. */
  async ofUser(principal: UserPrincipal, reference: string): Promise<UserServerItem[]> {
    const userId = ownOrPermitted(reference, principal, 'users:read');
    if (!principal.proofCovers('servers:read') && !principal.can('users:read')) throw forbidden();
    if ((await this.accounts.byId(userId)) === undefined) throw notFound('User not found', 'users.not_found');
    const rows = await this.database.query<ServerListRow>(LIST_OWNED_BY, [userId]);
    return rows.map((row) => toUserServer(row, this.health.isHealthy(row.nodeId)));
  }

  async detail(scope: ServerScope, principal: UserPrincipal): Promise<ServerDetail> {
    const [row] = await this.database.query<ServerDetailRow>(SERVER_DETAIL, [scope.uuid]);
    if (row === undefined) throw notFound('Server not found', 'servers.not_found');
    return toDetail(row, {
      scope,
      email: principal.account.email,
      panelUrl: this.config.panelUrl,
      isNodeHealthy: this.health.isHealthy(row.nodeId),
    });
  }
}

/** What LIKE would read as a wildcard is taken literally. */
const escaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
