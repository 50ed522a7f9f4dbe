import { Injectable } from '@nestjs/common';
import { NodeHealth } from '../../nodes/health/node-health.service.js';
import type { OrganisationScope } from '../../organisations/access/organisation-scope.js';
import { Database } from '../../prisma/database.js';
import { statusOf } from '../servers/server.mapper.js';
import type { ServerResources } from '../states/dto/resources.dto.js';
import type { OrganisationServer } from './dto/organisation-server.dto.js';

interface Row {
  readonly uuid: string;
  readonly name: string;
  readonly nodeId: number;
  readonly nodeName: string;
  readonly memory: number;
  readonly disk: number;
  readonly cpu: number;
  readonly dockerImage: string;
  readonly installing: boolean;
  readonly suspended: boolean;
  readonly dmca: boolean;
  readonly hibernated: boolean;
  readonly state: string;
  readonly resources: ServerResources | null;
}

/** Servers on the nodes of an organisation. $1 organisation. */
const organisationServers = {
  name: 'organisation_servers',
  text: `
    SELECT s."uuid", s."name", s."nodeId", n."name" AS "nodeName", s."memory", s."disk", s."cpu", s."dockerImage",
      (s."installState" = 'installing') AS "installing", s."suspended", s."dmca", s."hibernated", s."state", s."resources"
    FROM "Node" n JOIN "Server" s ON s."nodeId" = n."id"
    WHERE n."organisationId" = $1::int ORDER BY s."createdAt", s."uuid"`,
};

/** What runs on the nodes of an organisation, from what they told last: no node is asked, so none holds up the answer. */
@Injectable()
export class OrganisationServers {
  constructor(
    private readonly database: Database,
    private readonly health: NodeHealth,
  ) {}

  async list({ id }: OrganisationScope): Promise<OrganisationServer[]> {
    const rows = await this.database.query<Row>(organisationServers, [id]);
    return rows.map((row) => toOrganisationServer(row, this.health.isHealthy(row.nodeId)));
  }
}

function toOrganisationServer(row: Row, isNodeHealthy: boolean): OrganisationServer {
  const { uuid, name, nodeId: node, nodeName, hibernated } = row;
  const known = statusOf(row, isNodeHealthy);
  const status = known === 'unknown' ? 'unavailable' : known;
  const resources = isNodeHealthy ? row.resources : null;
  const build = { memory_limit: row.memory, disk_space: row.disk, cpu_limit: row.cpu };
  return {
    uuid,
    name,
    status,
    state: status,
    node,
    nodeName,
    is_suspended: row.suspended || row.dmca,
    hibernated,
    resources,
    utilization: resources,
    build,
    container: { image: row.dockerImage },
    configuration: { uuid, meta: { name }, build },
  };
}
