import type { Statement } from '../../prisma/database.js';

/** Adds counts up, in the order of the key: so two replicas never wait for each other. $1 accounts, $2 days, $3 routes, $4 counts. */
export const ADD_UP: Statement = {
  name: 'usage_add_up',
  text: `
    INSERT INTO "ApiUsage" ("userId", "day", "route", "count")
    SELECT * FROM unnest($1::int[], $2::date[], $3::text[], $4::bigint[]) AS u("userId", "day", "route", "count")
    ORDER BY 1, 2, 3
    ON CONFLICT ("userId", "day", "route") DO UPDATE SET "count" = "ApiUsage"."count" + excluded."count"`,
};

export interface UsageRow {
  readonly endpoint: string;
  readonly count: number;
}

/** What an account called, the most first. */
export const USAGE_OF: Statement = {
  name: 'usage_of',
  text: `
    SELECT "route" AS "endpoint", sum("count")::bigint AS "count" FROM "ApiUsage" WHERE "userId" = $1::int
    GROUP BY "route" ORDER BY 2 DESC, 1 LIMIT 1000`,
};
