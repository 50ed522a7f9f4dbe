import { Injectable } from '@nestjs/common';
import type { EndpointUsage } from '../../identity/usage/dto/usage.dto.js';
import { Database } from '../../prisma/database.js';
import type { Statement } from '../../prisma/database.js';
import type { OrganisationScope } from '../access/organisation-scope.js';

/** What the members of an organisation ($1) called, the most first. */
const USAGE_OF_MEMBERS: Statement = {
  name: 'organisation_usage',
  text: `
    SELECT u."route" AS "endpoint", sum(u."count")::bigint AS "count"
    FROM "OrganisationMember" m JOIN "ApiUsage" u ON u."userId" = m."userId"
    WHERE m."organisationId" = $1::int
    GROUP BY u."route" ORDER BY 2 DESC, 1 LIMIT 1000`,
};

/** How often an organisation calls which route. */
@Injectable()
export class OrganisationUsage {
  constructor(private readonly database: Database) {}

  of({ id }: OrganisationScope): Promise<EndpointUsage[]> {
    return this.database.query<EndpointUsage>(USAGE_OF_MEMBERS, [id]);
  }
}
