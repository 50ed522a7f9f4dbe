import type { Statement } from '../../prisma/database.js';
import { SESSION_ABSOLUTE_SECONDS } from './session-claims.js';

/** An organisation and what the account is in it. */
export interface MembershipRow {
  readonly id: number;
  readonly name: string;
  readonly handle: string;
  readonly portalTier: string;
  readonly avatarUrl: string | null;
  readonly orgRole: 'member' | 'admin' | 'owner';
}

/** Everything about one account that is kept in memory: what access decisions and the account's own profile need. */
export interface AccountRow {
  readonly id: number;
  readonly uuid: string;
  readonly email: string;
  readonly firstName: string;
  readonly middleName: string | null;
  readonly lastName: string;
  readonly displayName: string | null;
  readonly title: string | null;
  readonly gender: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly address2: string | null;
  readonly billingCompany: string | null;
  readonly billingCity: string | null;
  readonly billingState: string | null;
  readonly billingZip: string | null;
  readonly billingCountry: string | null;
  /** `YYYY-MM-DD` */
  readonly dateOfBirth: string | null;
  readonly avatarUrl: string | null;
  readonly role: string | null;
  readonly portalType: 'free' | 'paid' | 'educational' | 'enterprise';
  readonly limits: Record<string, number | null> | null;
  readonly settings: Record<string, unknown>;
  readonly emailVerified: boolean;
  readonly idVerified: boolean;
  readonly studentVerified: boolean;
  readonly studentVerifiedAt: Date | null;
  readonly educationLimits: Record<string, number | null> | null;
  readonly passkeyCount: number;
  readonly guideShown: boolean;
  readonly suspended: boolean;
  readonly supportBanned: boolean;
  readonly supportBanReason: string | null;
  readonly pendingDeletionUntil: Date | null;
  readonly deletionRequested: boolean;
  readonly deletionApproved: boolean;
  readonly deletedAt: Date | null;
  readonly createdAt: Date;
  readonly usesLegacyPasswordHash: boolean;
  /** The chosen one first, then in the order of joining. */
  readonly organisations: MembershipRow[];
  readonly twoFactorEnabled: boolean;
  /** Permissions of the assigned roles and their ancestors, without those of the role `default`. */
  readonly rolePermissions: string[];
  /** The same with those of `default`, when it is assigned or inherited. */
  readonly assignedPermissions: string[];
  /** What the role `default` and its ancestors hold. */
  readonly defaultPermissions: string[];
}

/** `UNION` drops what was already found, so that roles which inherit in a circle end. */
export const accountById: Statement = {
  name: 'identity_account',
  text: `
    WITH RECURSIVE chain AS (
      SELECT r."id", r."name", r."parentRoleId" FROM "UserRole" ur JOIN "Role" r ON r."id" = ur."roleId" WHERE ur."userId" = $1
      UNION SELECT p."id", p."name", p."parentRoleId" FROM chain c JOIN "Role" p ON p."id" = c."parentRoleId"
    ), fallback AS (
      SELECT r."id", r."parentRoleId" FROM "Role" r WHERE r."name" = 'default'
      UNION SELECT p."id", p."parentRoleId" FROM fallback f JOIN "Role" p ON p."id" = f."parentRoleId"
    )
    SELECT u."id", u."uuid"::text AS "uuid", u."email", u."firstName", u."middleName", u."lastName", u."displayName",
      u."title", u."gender", u."phone", u."address", u."address2", u."billingCompany", u."billingCity",
      u."billingState", u."billingZip", u."billingCountry", to_char(u."dateOfBirth", 'YYYY-MM-DD') AS "dateOfBirth",
      u."avatarUrl", u."role", u."portalType"::text AS "portalType", u."limits", u."settings", u."emailVerified", u."idVerified",
      u."guideShown", u."suspended", u."supportBanned", u."supportBanReason", u."pendingDeletionUntil", u."createdAt",
      coalesce((SELECT json_agg(json_build_object('id', o."id", 'name', o."name", 'handle', o."handle",
                                                  'portalTier', o."portalTier", 'avatarUrl', o."avatarUrl", 'orgRole', m."orgRole")
                                ORDER BY m."selectedAt" DESC NULLS LAST, m."id")
                FROM "OrganisationMember" m JOIN "Organisation" o ON o."id" = m."organisationId"
                WHERE m."userId" = u."id"), '[]') AS "organisations",
      EXISTS(SELECT 1 FROM "TwoFactor" tf WHERE tf."userId" = u."id") AS "twoFactorEnabled",
      u."studentVerified", u."studentVerifiedAt", u."educationLimits",
      (SELECT count(*)::int FROM "Passkey" k WHERE k."userId" = u."id") AS "passkeyCount",
      u."deletionRequested", u."deletionApproved", u."deletedAt",
      u."passwordHash" LIKE '$2%' AS "usesLegacyPasswordHash",
      ARRAY(SELECT DISTINCT rp."value"::text FROM chain JOIN "RolePermission" rp ON rp."roleId" = chain."id"
            WHERE chain."name" <> 'default') AS "rolePermissions",
      ARRAY(SELECT DISTINCT rp."value"::text FROM chain JOIN "RolePermission" rp ON rp."roleId" = chain."id") AS "assignedPermissions",
      ARRAY(SELECT DISTINCT rp."value"::text FROM fallback JOIN "RolePermission" rp ON rp."roleId" = fallback."id") AS "defaultPermissions"
    FROM "User" u WHERE u."id" = $1`,
};

export interface SessionRow {
  readonly userId: number;
  /** Null: the account exists, but this session of it does not, or it has run out. */
  readonly expiresAt: Date | null;
}

export const sessionOfAccount: Statement = {
  name: 'identity_session',
  text: `
    SELECT u."id" AS "userId", s."expiresAt" FROM "User" u
    LEFT JOIN "Session" s ON s."id" = $2::uuid AND s."userId" = u."id" AND s."expiresAt" > now()
    WHERE u."id" = $1`,
};

export interface ApiKeyRow {
  readonly id: number;
  readonly userId: number;
  readonly type: 'client' | 'admin';
  readonly permissions: string[];
  readonly allowedIps: string[];
  readonly servers: string[];
  readonly organisationId: number | null;
  readonly expiresAt: Date | null;
}

export const apiKeyByDigest: Statement = {
  name: 'identity_api_key',
  text: `
    SELECT "id", "userId", "type"::text AS "type", "permissions", "allowedIps", "servers"::text[] AS "servers", "organisationId",
      "expiresAt"
    FROM "ApiKey" WHERE "digest" = decode($1, 'hex')`,
};

/**
 * One statement for everything that was used lately. Sessions slide: they end `$7` seconds after their last use, but
 * never later than the absolute limit.
 */
export const recordUse: Statement = {
  name: 'identity_record_use',
  text: `
    WITH sessions AS (
      UPDATE "Session" s SET
        "lastSeenAt" = GREATEST(s."lastSeenAt", t."at"::timestamptz),
        "expiresAt" = LEAST(t."at"::timestamptz + make_interval(secs => $7::int),
                            s."createdAt" + make_interval(secs => ${SESSION_ABSOLUTE_SECONDS}))
      FROM unnest($1::text[], $2::text[]) AS t("id", "at") WHERE s."id" = t."id"::uuid
    ), keys AS (
      UPDATE "ApiKey" k SET "lastUsedAt" = GREATEST(k."lastUsedAt", t."at"::timestamptz)
      FROM unnest($3::int[], $4::text[]) AS t("id", "at") WHERE k."id" = t."id"
    )
    UPDATE "User" u SET "lastPanelActivityAt" = GREATEST(u."lastPanelActivityAt", t."at"::timestamptz)
    FROM unnest($5::int[], $6::text[]) AS t("id", "at") WHERE u."id" = t."id"`,
};
