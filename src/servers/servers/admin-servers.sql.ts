import type { Statement } from '../../prisma/database.js';
import type { AdminServerQuery } from './dto/admin-server.dto.js';
import { COLUMNS, PORTS } from './servers.sql.js';
import type { ServerListRow } from './servers.sql.js';

export interface AdminServerRow extends ServerListRow {
  readonly ownerEmail: string;
  readonly eggId: number;
}

/**
 * $1 pattern or null, $2 and $3 first and last uuid of a range or null, $4 node, $5 owner, $6 egg, $7 suspended; each
 * null for all. What is found in other tables comes as their ids, so that each search uses its own index.
 */
const FILTER = `
  ($1::text IS NULL OR s."name" ILIKE $1::text OR s."uuid" BETWEEN $2::uuid AND $3::uuid
    OR s."nodeId" IN (SELECT "id" FROM "Node" WHERE "name" ILIKE $1::text)
    OR s."ownerId" IN (SELECT "id" FROM "User" WHERE "email" ILIKE $1::text))
  AND ($4::int IS NULL OR s."nodeId" = $4::int) AND ($5::int IS NULL OR s."ownerId" = $5::int)
  AND ($6::int IS NULL OR s."eggId" = $6::int)
  AND ($7::boolean IS NULL OR (s."suspended" OR s."dmca") = $7::boolean)`;

export const COUNT_SERVERS: Statement = {
  name: 'servers_admin_count',
  text: `SELECT count(*)::int AS "total" FROM "Server" s WHERE ${FILTER}`,
};

/** A statement for each order: the sort is one of a fixed list. $8 limit, $9 offset. */
export function listServers({ sort, order }: Pick<AdminServerQuery, 'sort' | 'order'>): Statement {
  return {
    name: `servers_admin_${sort}_${order}`,
    text: `
      SELECT ${COLUMNS}, ${PORTS}, s."eggId", o."email" AS "ownerEmail"
      FROM "Server" s JOIN "Node" n ON n."id" = s."nodeId" JOIN "User" o ON o."id" = s."ownerId"
      WHERE ${FILTER} ORDER BY s."${sort}" ${order}, s."uuid" ${order} LIMIT $8::int OFFSET $9::int`,
  };
}
