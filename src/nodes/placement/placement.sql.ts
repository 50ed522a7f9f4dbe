import { Prisma } from '../../generated/prisma/client.js';
import type { NodeType } from '../../generated/prisma/client.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** What a server takes from its node: MiB, MiB, percent of a thread; 0 is unlimited and counts nothing. */
export interface Demand {
  readonly memory: number;
  readonly disk: number;
  readonly cpu: number;
}

/** Lets automatic placements choose one after the other; held until the transaction ends. */
const PLACEMENT_LOCK = 7_231_908_443;

/** The servers of a node, and those under way to it: their place is taken from the start of the transfer. */
const used = Prisma.sql`
  SELECT count(*)::int AS "servers", coalesce(sum("memory"), 0)::float8 AS "memory",
    coalesce(sum("disk"), 0)::float8 AS "disk", coalesce(sum("cpu"), 0)::float8 AS "cpu"
  FROM (
    SELECT "memory", "disk", "cpu" FROM "Server" WHERE "nodeId" = n."id"
    UNION ALL
    SELECT s."memory", s."disk", s."cpu" FROM "ServerTransfer" t JOIN "Server" s ON s."uuid" = t."activeServerUuid"
    WHERE t."targetNodeId" = n."id"
  ) held`;

/** Capacity with what the node may be overcommitted by; null is unlimited. */
const capacity = {
  memory: Prisma.sql`n."memory" * (1 + n."memoryOvercommit" / 100.0)`,
  disk: Prisma.sql`n."disk" * (1 + n."diskOvercommit" / 100.0)`,
  cpu: Prisma.sql`n."cpu" * (1 + n."cpuOvercommit" / 100.0)`,
};

const fits = ({ memory, disk, cpu }: Demand): Prisma.Sql => Prisma.sql`
  (n."memory" IS NULL OR u."memory" + ${memory}::float8 <= ${capacity.memory})
  AND (n."disk" IS NULL OR u."disk" + ${disk}::float8 <= ${capacity.disk})
  AND (n."cpu" IS NULL OR u."cpu" + ${cpu}::float8 <= ${capacity.cpu})
  AND (n."serverLimit" IS NULL OR u."servers" < n."serverLimit")`;

/** Free part of a resource after placing, 0 to 1; unlimited is 1. */
const freePart = (name: keyof Demand, demand: number): Prisma.Sql =>
  Prisma.sql`coalesce(1 - (u.${Prisma.raw(`"${name}"`)} + ${demand}::float8) / nullif((${capacity[name]})::float8, 0), 1)`;

export async function lockAutomaticPlacement(tx: Queryable): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PLACEMENT_LOCK}::bigint)`;
}

/** Holds the node's row until the transaction ends, so that its sums cannot change under a placement. */
export async function lockNode(tx: Queryable, nodeId: number): Promise<void> {
  // Not FOR UPDATE: that would also wait for every insert that refers to the node.
  await tx.$executeRaw`SELECT 1 FROM "Node" WHERE "id" = ${nodeId} FOR NO KEY UPDATE`;
}

/** Whether the node has room. Only a statement of its own after `lockNode` sees what earlier placements committed. */
export async function hasRoom(tx: Queryable, nodeId: number, demand: Demand): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM "Node" n CROSS JOIN LATERAL (${used}) u WHERE n."id" = ${nodeId} AND ${fits(demand)}`;
  return rows.length > 0;
}

/** What is open to whoever will own the server: types of nodes of nobody in particular, and of his organisations' own. */
export interface NodeReach {
  readonly ownerId: number;
  readonly types: readonly NodeType[];
  readonly organisationTypes: readonly NodeType[];
}

/** Nodes of an organisation are for its members alone. */
const isWithin = ({ ownerId, types, organisationTypes }: NodeReach): Prisma.Sql => Prisma.sql`
  CASE WHEN n."organisationId" IS NULL THEN n."nodeType"::text = ANY(${[...types]}::text[])
  ELSE n."nodeType"::text = ANY(${[...organisationTypes]}::text[]) AND EXISTS (
    SELECT 1 FROM "OrganisationMember" m WHERE m."organisationId" = n."organisationId" AND m."userId" = ${ownerId}
  ) END`;

/** Whether the node is open to whoever will own the server. */
export async function isOpenTo(tx: Queryable, nodeId: number, reach: NodeReach): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM "Node" n WHERE n."id" = ${nodeId} AND ${isWithin(reach)}`;
  return rows.length > 0;
}

/**
 * Nodes that may take a server: within reach, open, healthy, with room. Types count in the order given, then the
 * largest free part of what is scarcest on the node, then the fewest servers.
 */
export async function rankNodes(
  tx: Queryable,
  wanted: {
    reach: NodeReach;
    demand: Demand;
    maximumAgeSeconds: number;
    /** Only nodes that stand there. */
    locationId?: number;
  },
): Promise<number[]> {
  const { reach, demand, maximumAgeSeconds, locationId } = wanted;
  const order = [...reach.types, ...reach.organisationTypes];
  const rows = await tx.$queryRaw<{ id: number }[]>`
    SELECT n."id" FROM "Node" n CROSS JOIN LATERAL (${used}) u
    WHERE ${isWithin(reach)} AND NOT n."deploymentsDisabled" AND NOT n."maintenance"
      ${locationId === undefined ? Prisma.empty : Prisma.sql`AND n."locationId" = ${locationId}::int`}
      AND (n."healthStatus" IS NULL OR (
        n."healthStatus" = 'ok' AND n."healthCheckedAt" > now() - make_interval(secs => ${maximumAgeSeconds}::float8)
      ))
      AND ${fits(demand)}
    ORDER BY array_position(${order}::text[], n."nodeType"::text),
      least(
        ${freePart('memory', demand.memory)},
        ${freePart('disk', demand.disk)},
        ${freePart('cpu', demand.cpu)}
      ) DESC,
      u."servers", n."id"`;
  return rows.map(({ id }) => id);
}
