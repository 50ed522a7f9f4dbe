import type { Statement } from '../../prisma/database.js';

export interface SocRow {
  readonly id: number;
  readonly serverId: string;
  readonly metrics: Record<string, unknown>;
  readonly timestamp: Date;
}

/** The newest entries of everything. */
export const NEWEST: Statement = {
  name: 'soc_newest',
  text: `SELECT "id", "serverId", "metrics", "timestamp" FROM "SocData" ORDER BY "timestamp" DESC, "id" DESC LIMIT 500`,
};

/** The newest entries of the servers that an account owns or was invited to and accepted. */
export const NEWEST_OF_USER: Statement = {
  name: 'soc_newest_of_user',
  text: `
    SELECT d."id", d."serverId", d."metrics", d."timestamp"
    FROM (
      SELECT "uuid" FROM "Server" WHERE "ownerId" = $1::int
      UNION
      SELECT "serverUuid" FROM "ServerSubuser" WHERE "userId" = $1::int AND "accepted"
    ) s
    CROSS JOIN LATERAL (
      SELECT "id", "serverId", "metrics", "timestamp" FROM "SocData" WHERE "serverId" = s."uuid"::text
      ORDER BY "timestamp" DESC LIMIT 200
    ) d
    ORDER BY d."timestamp" DESC, d."id" DESC LIMIT 200`,
};

/** Notes what every running server used when its node last told, unless that is long ago. */
export const SAMPLE: Statement = {
  name: 'soc_sample',
  text: `
    INSERT INTO "SocData" ("serverId", "metrics")
    SELECT "uuid"::text, "resources" FROM "Server"
    WHERE "state" <> 'offline' AND "resources" IS NOT NULL AND "stateAt" > now() - interval '5 minutes'`,
};
