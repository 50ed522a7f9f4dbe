import type { Statement } from '../../prisma/database.js';

export interface SftpServerRow {
  uuid: string;
  fileDenylist: string[];
}

/** Servers of a node ($1) by the short id of SFTP user names ($2); two uuids may begin alike. */
export const serversByShortId: Statement = {
  name: 'remote_servers_by_short_id',
  text: `
    SELECT "Server"."uuid", coalesce("Egg"."fileDenylist", '{}') AS "fileDenylist"
    FROM "Server"
    JOIN "Egg" ON "Egg"."id" = "Server"."eggId"
    WHERE "Server"."nodeId" = $1 AND "Server"."shortId" = $2
    ORDER BY "Server"."uuid"
    LIMIT 5`,
};
