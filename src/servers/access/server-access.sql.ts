import type { Statement } from '../../prisma/database.js';
import type { SuspensionColumns } from './server-suspension.js';

export interface AccessRow extends SuspensionColumns {
  uuid: string;
  nodeId: number;
  ownerId: number;
  organisationId: number | null;
  subuserPermissions: string[] | null;
}

/** One server as one account may see it. $1 server uuid, $2 user id. */
export const SERVER_ACCESS: Statement = {
  name: 'server_access',
  text: `
    SELECT s."uuid", s."nodeId", s."ownerId", n."organisationId", s."suspended", s."suspendedBy", s."suspendedReason",
           s."dmca", s."dmcaBy", s."dmcaReason", s."dmcaDeletionAt", u."permissions" AS "subuserPermissions"
    FROM "Server" s JOIN "Node" n ON n."id" = s."nodeId"
    LEFT JOIN "ServerSubuser" u ON u."serverUuid" = s."uuid" AND u."userId" = $2::int AND u."accepted"
    WHERE s."uuid" = $1::uuid`,
};
