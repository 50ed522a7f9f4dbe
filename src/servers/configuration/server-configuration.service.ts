import { Injectable } from '@nestjs/common';
import { notFound } from '../../common/errors/panel-error.js';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { toEggTemplate } from './egg-template.js';
import type { EggTemplate, EggTemplateRow } from './egg-template.js';
import { installScriptOf } from './install-script.js';
import type { InstallScript, ServerObject, ServerPage } from './dto/server-object.dto.js';
import {
  CONFIGURATION_ONE,
  CONFIGURATION_PAGE,
  CONFIGURATION_TOTAL,
  EGG_TEMPLATES,
} from './server-configuration.sql.js';
import type { ConfigurationRow } from './server-configuration.sql.js';
import { toServerObject } from './server-object.mapper.js';

const MAXIMUM_PER_PAGE = 500;
const MAXIMUM_TEMPLATES = 500;
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * What daemons are told about their servers (wings-protocol A.2 and A.4). A page costs one query, and one more when an
 * egg in it changed since it was last read. Every query is bound to the node that asks.
 */
@Injectable()
export class ServerConfiguration {
  private readonly templates = new Map<number, { version: number; template: EggTemplate }>();

  constructor(
    private readonly database: Database,
    private readonly prisma: PrismaService,
  ) {}

  /**
   * A page of the node's servers, in a stable order.
   * @param page 1-based; 0 is the first page too (Go Wings starts at 0).
   * @param perPage 1 to 500.
   */
  async page(nodeId: number, page: number, perPage: number): Promise<ServerPage> {
    const size = bounded(perPage, MAXIMUM_PER_PAGE);
    const current = bounded(page, 1_000_000);
    const offset = (current - 1) * size;
    const rows = await this.database.query<ConfigurationRow>(CONFIGURATION_PAGE, [nodeId, size, offset]);
    const total = rows[0]?.total ?? (await this.total(nodeId));
    return {
      data: await this.toObjects(rows),
      meta: {
        current_page: current,
        from: rows.length === 0 ? null : offset + 1,
        last_page: Math.max(1, Math.ceil(total / size)),
        per_page: size,
        to: rows.length === 0 ? null : offset + rows.length,
        total,
      },
    };
  }

  /** @throws PanelError 404 when the server is neither on this node nor under way to it. */
  async one(nodeId: number, uuid: string): Promise<ServerObject> {
    return (await this.forNode(nodeId, uuid)).object;
  }

  /**
   * The same, and whether the server is under way to the node that asks.
   * @throws PanelError 404 as `one`.
   */
  async forNode(nodeId: number, uuid: string): Promise<{ object: ServerObject; isIncoming: boolean }> {
    if (!UUID.test(uuid)) throw serverNotFound();
    const rows = await this.database.query<ConfigurationRow>(CONFIGURATION_ONE, [nodeId, uuid]);
    const [object] = await this.toObjects(rows);
    if (object === undefined) throw serverNotFound();
    return { object, isIncoming: rows[0]?.isIncoming === true };
  }

  /** @throws PanelError 404 when the server is not on this node. */
  async installScript(nodeId: number, uuid: string): Promise<InstallScript> {
    if (!UUID.test(uuid)) throw serverNotFound();
    const server = await this.prisma.server.findFirst({
      where: { uuid, nodeId },
      select: {
        uuid: true,
        dockerImage: true,
        environment: true,
        startup: true,
        node: { select: { name: true } },
        egg: { select: { installScript: true, envVars: true, dockerImage: true } },
      },
    });
    if (server === null) throw serverNotFound();
    return installScriptOf(server);
  }

  private async total(nodeId: number): Promise<number> {
    const [row] = await this.database.query<{ total: number }>(CONFIGURATION_TOTAL, [nodeId]);
    return row?.total ?? 0;
  }

  private async toObjects(rows: readonly ConfigurationRow[]): Promise<ServerObject[]> {
    const missing = rows.filter(({ eggId, eggVersion }) => this.templates.get(eggId)?.version !== eggVersion);
    if (missing.length > 0) await this.loadTemplates([...new Set(missing.map(({ eggId }) => eggId))]);
    return rows.flatMap((row) => {
      const egg = this.templates.get(row.eggId);
      return egg === undefined ? [] : [toServerObject(row, egg.template)];
    });
  }

  private async loadTemplates(eggIds: readonly number[]): Promise<void> {
    const rows = await this.database.query<EggTemplateRow>(EGG_TEMPLATES, [eggIds]);
    if (this.templates.size + rows.length > MAXIMUM_TEMPLATES) this.templates.clear();
    for (const row of rows) this.templates.set(row.id, { version: row.version, template: toEggTemplate(row) });
  }
}

const serverNotFound = () => notFound('Server not found', 'servers.not_found');

const bounded = (value: number, maximum: number): number =>
  Number.isInteger(value) ? Math.min(maximum, Math.max(1, value)) : 1;
