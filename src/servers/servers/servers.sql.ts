import type { Statement } from '../../prisma/database.js';
import type { SuspensionColumns } from '../access/server-suspension.js';
import type { ServerResources } from '../states/dto/resources.dto.js';

/** One server as lists show it. */
export interface ServerListRow extends SuspensionColumns {
  uuid: string;
  name: string;
  description: string;
  nodeId: number;
  nodeName: string;
  ownerId: number;
  memory: number;
  disk: number;
  cpu: number;
  swap: number;
  ioWeight: number;
  oomDisabled: boolean;
  kvmPassthrough: boolean;
  dockerImage: string;
  startup: string;
  installing: boolean;
  hibernated: boolean;
  transferring: boolean;
  suspendedAt: Date | null;
  dmcaAt: Date | null;
  state: string;
  resources: ServerResources | null;
  stateAt: Date | null;
  /** `[ip, port, is default]`, the default first; null when there are none. */
  allocations: [string, number, boolean][] | null;
}

/** One server with what only its own page shows. */
export interface ServerDetailRow extends Omit<ServerListRow, 'allocations'> {
  /** `[ip, port, is default, alias, notes]` */
  allocations: [string, number, boolean, string | null, string | null][] | null;
  environment: Record<string, string>;
  /** Variables of the egg that only staff may see; null when there are none. */
  hiddenVariables: string[] | null;
  autoSyncOnEggChange: boolean;
  eggId: number;
  eggName: string;
  ownerEmail: string;
  nodeUrl: string;
  nodeFqdn: string | null;
  sftpPort: number;
  sftpProxyPort: number | null;
}

export const COLUMNS = `
  s."uuid", s."name", s."description", s."nodeId", n."name" AS "nodeName", s."ownerId", s."memory", s."disk", s."cpu",
  s."swap", s."ioWeight", s."oomDisabled", s."kvmPassthrough", s."dockerImage", s."startup",
  (s."installState" = 'installing') AS "installing", s."hibernated", s."transferring",
  s."suspended", s."suspendedBy", s."suspendedReason", s."suspendedAt",
  s."dmca", s."dmcaBy", s."dmcaReason", s."dmcaAt", s."dmcaDeletionAt", s."state", s."resources", s."stateAt"`;

export const PORTS = `
  (SELECT json_agg(json_build_array(a."ip", a."port", a."isDefault") ORDER BY a."isDefault" DESC, a."ip", a."port")
     FROM "Allocation" a WHERE a."serverUuid" = s."uuid" AND a."nodeId" = s."nodeId") AS "allocations"`;

/** $1 name pattern or null, $2 uuid pattern, $3 limit or null, $4 offset, $5 the only uuids of a bound key or null, $6 its only organisation or null. */
const FILTER = `
    ($1::text IS NULL OR s."name" ILIKE $1::text OR s."uuid"::text LIKE $2::text)
    AND ($5::text[] IS NULL OR s."uuid" = ANY ($5::text[]::uuid[]))
    AND ($6::int IS NULL OR n."organisationId" = $6::int)`;
const PAGE = `ORDER BY s."createdAt", s."uuid" LIMIT $3::int OFFSET $4::int`;
const FROM = `FROM "Server" s JOIN "Node" n ON n."id" = s."nodeId"`;

/** The servers an account owns or was invited to, found through two indices (a join scans all servers). $7 user. */
export const LIST_OWN: Statement = {
  name: 'servers_list_own',
  text: `
    SELECT ${COLUMNS}, ${PORTS} ${FROM}
    WHERE ${FILTER} AND (s."ownerId" = $7::int OR s."uuid" = ANY (ARRAY(
      SELECT "serverUuid" FROM "ServerSubuser" WHERE "userId" = $7::int AND "accepted"))) ${PAGE}`,
};

/** The servers an account owns, without those it was invited to. $1 user. */
export const LIST_OWNED_BY: Statement = {
  name: 'servers_list_owned_by',
  text: `SELECT ${COLUMNS}, ${PORTS} ${FROM} WHERE s."ownerId" = $1::int ORDER BY s."createdAt", s."uuid"`,
};

/** All servers of the panel. */
export const LIST_ALL: Statement = {
  name: 'servers_list_all',
  text: `SELECT ${COLUMNS}, ${PORTS} ${FROM} WHERE ${FILTER} ${PAGE}`,
};

/** One server. $1 uuid. */
export const SERVER_DETAIL: Statement = {
  name: 'servers_detail',
  text: `
    SELECT ${COLUMNS}, s."environment", s."autoSyncOnEggChange", s."eggId", e."name" AS "eggName", o."email" AS "ownerEmail",
      (SELECT json_agg(v->>'env_variable')
         FROM jsonb_array_elements(CASE jsonb_typeof(e."envVars") WHEN 'array' THEN e."envVars" ELSE '[]' END) v
         WHERE v->>'user_viewable' = 'false') AS "hiddenVariables",
      n."url" AS "nodeUrl", n."fqdn" AS "nodeFqdn", n."sftpPort", n."sftpProxyPort",
      (SELECT json_agg(json_build_array(a."ip", a."port", a."isDefault", a."alias", a."notes")
                       ORDER BY a."isDefault" DESC, a."ip", a."port")
         FROM "Allocation" a WHERE a."serverUuid" = s."uuid" AND a."nodeId" = s."nodeId") AS "allocations"
    FROM "Server" s
    JOIN "Node" n ON n."id" = s."nodeId"
    JOIN "Egg" e ON e."id" = s."eggId"
    JOIN "User" o ON o."id" = s."ownerId"
    WHERE s."uuid" = $1::uuid`,
};
