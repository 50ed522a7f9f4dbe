import { Injectable } from '@nestjs/common';
import type { Account } from '../../common/access/principal.js';
import { Database } from '../../prisma/database.js';
import { Identities } from '../principals/identities.js';
import { normaliseEmail } from './email-address.js';

const idsByUuid = {
  name: 'identity_ids_by_uuid',
  text: 'SELECT "id", "uuid"::text AS "uuid" FROM "User" WHERE "uuid" = ANY($1::text[]::uuid[])',
};
const idByEmail = { name: 'identity_id_by_email', text: 'SELECT "id" FROM "User" WHERE "email" = $1' };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Accounts for the other parts of the panel. */
@Injectable()
export class Accounts {
  constructor(
    private readonly database: Database,
    private readonly identities: Identities,
  ) {}

  /** The account, from memory when it is there. */
  async byId(id: number): Promise<Account | undefined> {
    return (await this.identities.find(id))?.account;
  }

  /** The account with that address, whatever its case. */
  async byEmail(email: string): Promise<Account | undefined> {
    const [row] = await this.database.query<{ id: number }>(idByEmail, [normaliseEmail(email)]);
    return row && this.byId(row.id);
  }

  /** Ids by lower-case UUID, in one query; what is unknown or no UUID is missing in the result. */
  async idsByUuid(uuids: readonly string[]): Promise<Map<string, number>> {
    const wanted = [...new Set(uuids.filter((uuid) => UUID.test(uuid)).map((uuid) => uuid.toLowerCase()))];
    if (wanted.length === 0) return new Map();
    const rows = await this.database.query<{ id: number; uuid: string }>(idsByUuid, [wanted]);
    return new Map(rows.map((row) => [row.uuid, row.id]));
  }
}
