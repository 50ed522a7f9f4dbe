import type { Statement } from '../../prisma/database.js';

/** What was done with a server, newest first. Of people only what may be seen of them. $1 uuid, $2 limit, $3 offset. */
export const SERVER_ACTIVITY: Statement = {
  name: 'server_activity',
  text: `
    SELECT a."id"::float8 AS "id", a."userId", a."action", a."targetId", a."targetType", a."metadata", a."ipAddress",
           a."timestamp", a."isRead",
           CASE WHEN u."id" IS NULL THEN NULL ELSE json_build_object(
             'id', u."id", 'displayName', u."displayName", 'email', u."email", 'avatarUrl', u."avatarUrl"
           ) END AS "user"
    FROM "ActivityEntry" a LEFT JOIN "User" u ON u."id" = a."userId"
    WHERE a."targetType" = 'server' AND a."targetId" = $1::text
    ORDER BY a."timestamp" DESC, a."id" DESC LIMIT $2::int OFFSET $3::int`,
};
