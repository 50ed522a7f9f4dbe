import { Injectable } from '@nestjs/common';
import type { LogEntryResponse } from '../../identity/activity/dto/activity.dto.js';
import { Database } from '../../prisma/database.js';
import type { OrganisationScope } from '../access/organisation-scope.js';
import type { OrganisationActivityQuery } from './dto/organisation-activity.dto.js';

/** What was done with an organisation, newest first. $1 id, $2 limit, $3 offset. */
const organisationActivity = {
  name: 'organisation_activity',
  text: `
    SELECT "id"::float8 AS "id", "userId", "action", "targetId", "targetType", "metadata", "isRead", "ipAddress",
           "timestamp"
    FROM "ActivityEntry" WHERE "targetType" = 'organisation' AND "targetId" = $1::text
    ORDER BY "timestamp" DESC, "id" DESC LIMIT $2::int OFFSET $3::int`,
};

@Injectable()
export class OrganisationActivity {
  constructor(private readonly database: Database) {}

  /** IP addresses, and whom invitations were sent to, are only for those who manage the organisation. */
  async list(scope: OrganisationScope, { limit, offset }: OrganisationActivityQuery): Promise<LogEntryResponse[]> {
    const values = [String(scope.id), limit, offset];
    const rows = await this.database.query<LogEntryResponse>(organisationActivity, values);
    return scope.has('activity.addresses') ? rows : rows.map(withoutAddresses);
  }
}

function withoutAddresses(entry: LogEntryResponse): LogEntryResponse {
  const { invitedEmail: _invitedEmail, ...metadata } = entry.metadata ?? {};
  return { ...entry, ipAddress: null, metadata: entry.metadata === null ? null : metadata };
}
