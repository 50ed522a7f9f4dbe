import type { Statement } from '../../prisma/database.js';

/**
 * Stores reported events in one statement: of servers on the calling node ($1) only, users by uuid where they exist,
 * each event once.
 */
export const insertActivity: Statement = {
  name: 'remote_insert_activity',
  text: `
    INSERT INTO "ActivityEntry" ("userId", "action", "targetType", "targetId", "metadata", "ipAddress", "timestamp", "dedupeKey")
    SELECT "User"."id", event.action, 'server', "Server"."uuid"::text, event.metadata::jsonb, event.ip, event.at, event.key
    FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bytea[])
      AS event (server, "user", action, metadata, ip, at, key)
    JOIN "Server" ON "Server"."uuid" = event.server AND "Server"."nodeId" = $1
    LEFT JOIN "User" ON "User"."uuid" = event."user"
    ON CONFLICT ("dedupeKey") DO NOTHING`,
};
