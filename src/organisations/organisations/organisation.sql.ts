import type { Statement } from '../../prisma/database.js';
import type { OrganisationRole } from '../access/organisation-needs.js';

export interface OrganisationRow {
  readonly id: number;
  readonly name: string;
  readonly handle: string;
  readonly ownerId: number;
  readonly portalTier: 'free' | 'paid' | 'educational' | 'enterprise';
  readonly avatarUrl: string | null;
  readonly isStaff: boolean;
}

export interface OwnOrganisationRow extends OrganisationRow {
  readonly orgRole: OrganisationRole;
  readonly memberCount: number;
}

export interface MemberRow {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
  readonly orgRole: OrganisationRole;
}

export interface InviteRow {
  readonly id: number;
  readonly email: string;
  readonly accepted: boolean;
  readonly orgRole: 'member' | 'admin';
  /** ISO 8601, as JSON carries them. */
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface OrganisationDetailRow extends OrganisationRow {
  readonly users: MemberRow[];
  readonly invites: InviteRow[];
}

const COLUMNS = `o."id", o."name", o."handle", o."ownerId", o."portalTier"::text AS "portalTier", o."avatarUrl", o."isStaff"`;
const AS_ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/** The organisations of an account. $1 user id. */
export const OWN_ORGANISATIONS: Statement = {
  name: 'organisations_own',
  text: `
    SELECT ${COLUMNS}, m."orgRole"::text AS "orgRole",
      (SELECT count(*)::int FROM "OrganisationMember" c WHERE c."organisationId" = o."id") AS "memberCount"
    FROM "OrganisationMember" m JOIN "Organisation" o ON o."id" = m."organisationId"
    WHERE m."userId" = $1::int ORDER BY o."id"`,
};

/** One organisation with its members and, when $2 is true, its invitations. $1 id. */
export const ORGANISATION_DETAIL: Statement = {
  name: 'organisation_detail',
  text: `
    SELECT ${COLUMNS},
      coalesce((SELECT json_agg(json_build_object('id', u."id", 'email', u."email", 'firstName', u."firstName",
                                                  'lastName', u."lastName", 'displayName', u."displayName",
                                                  'avatarUrl', u."avatarUrl", 'orgRole', m."orgRole") ORDER BY m."id")
                FROM "OrganisationMember" m JOIN "User" u ON u."id" = m."userId"
                WHERE m."organisationId" = o."id"), '[]') AS "users",
      coalesce((SELECT json_agg(json_build_object('id', i."id", 'email', i."email", 'accepted', i."accepted",
                                                  'orgRole', i."orgRole",
                                                  'createdAt', to_char(i."createdAt" AT TIME ZONE 'UTC', ${AS_ISO}),
                                                  'expiresAt', to_char(i."expiresAt" AT TIME ZONE 'UTC', ${AS_ISO}))
                                ORDER BY i."id")
                FROM "OrganisationInvite" i WHERE i."organisationId" = o."id" AND $2::boolean), '[]') AS "invites"
    FROM "Organisation" o WHERE o."id" = $1::int`,
};
