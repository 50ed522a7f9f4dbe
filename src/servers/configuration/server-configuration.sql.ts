import type { Statement } from '../../prisma/database.js';

/** One server with everything of it that its daemon must know, its egg aside. */
export interface ConfigurationRow {
  uuid: string;
  name: string;
  description: string;
  memory: number;
  disk: number;
  cpu: number;
  swap: number;
  ioWeight: number;
  oomDisabled: boolean;
  kvmPassthrough: boolean;
  dockerImage: string;
  startup: string;
  environment: unknown;
  processConfig: unknown;
  skipEggScripts: boolean;
  /** Suspended or under a DMCA takedown. */
  suspended: boolean;
  desiredPower: boolean;
  eggId: number;
  /** Milliseconds since 1970 of the egg's last change. */
  eggVersion: number;
  nodeName: string;
  /** `[ip, port, is default]`, the default first; null when there are none. */
  allocations: [string, number, boolean][] | null;
  /** In the order of their numbers; null when there are none. */
  mounts: { source: string; target: string; read_only: boolean }[] | null;
  /** Servers of the node altogether. */
  total: number;
  /** Under way to the node that asks, not on it yet. */
  isIncoming: boolean;
}

const COLUMNS = `
  s."uuid", s."name", s."description", s."memory", s."disk", s."cpu", s."swap", s."ioWeight", s."oomDisabled",
  s."kvmPassthrough", s."dockerImage", s."startup", s."environment", s."processConfig", s."skipEggScripts",
  (s."suspended" OR s."dmca") AS "suspended", s."desiredPower", s."eggId",
  (extract(epoch FROM e."updatedAt") * 1000)::float8 AS "eggVersion", n."name" AS "nodeName",
  (SELECT json_agg(json_build_array(a."ip", a."port", a."isDefault") ORDER BY a."isDefault" DESC, a."ip", a."port")
     FROM "Allocation" a WHERE a."serverUuid" = s."uuid" AND a."nodeId" = n."id") AS "allocations",
  (SELECT json_agg(json_build_object('source', m."source", 'target', m."target", 'read_only', m."readOnly") ORDER BY m."id")
     FROM "ServerMount" l JOIN "Mount" m ON m."id" = l."mountId" WHERE l."serverUuid" = s."uuid") AS "mounts",
  (s."nodeId" <> n."id") AS "isIncoming"`;

const FROM = `
  FROM "Server" s
  JOIN "Egg" e ON e."id" = s."eggId"
  JOIN "Node" n ON n."id" = $1::int`;

/** A page of a node's servers in the order of their uuids, which no change of a server alters. $1 node, $2 limit, $3 offset. */
export const CONFIGURATION_PAGE: Statement = {
  name: 'configuration_page',
  text: `
    SELECT ${COLUMNS}, (SELECT count(*)::int FROM "Server" c WHERE c."nodeId" = $1::int) AS "total" ${FROM}
    WHERE s."nodeId" = $1::int ORDER BY s."uuid" LIMIT $2::int OFFSET $3::int`,
};

/** One server of a node, or one under way to it: with the ports that it has there. $1 node, $2 uuid. */
export const CONFIGURATION_ONE: Statement = {
  name: 'configuration_one',
  text: `
    SELECT ${COLUMNS}, 1 AS "total" ${FROM}
    WHERE s."uuid" = $2::uuid AND (s."nodeId" = $1::int OR EXISTS (
      SELECT 1 FROM "ServerTransfer" t WHERE t."activeServerUuid" = s."uuid" AND t."targetNodeId" = $1::int
    ))`,
};

/** How many servers a node has; asked only for pages beyond the last. $1 node. */
export const CONFIGURATION_TOTAL: Statement = {
  name: 'configuration_total',
  text: `SELECT count(*)::int AS "total" FROM "Server" WHERE "nodeId" = $1::int`,
};

/** What servers take from their eggs. $1 egg ids. */
export const EGG_TEMPLATES: Statement = {
  name: 'egg_templates',
  text: `
    SELECT "id", (extract(epoch FROM "updatedAt") * 1000)::float8 AS "version",
           "envVars", "configFiles", "processConfig", coalesce("fileDenylist", '{}') AS "fileDenylist"
    FROM "Egg" WHERE "id" = ANY($1::int[])`,
};
