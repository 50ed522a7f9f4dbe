import type { UserPrincipal } from '../../common/access/principal.js';
import { grants } from '../../common/access/permissions.js';
import { GEO_LEVELS } from '../geo-block/country-levels.js';
import type { Identity } from '../principals/identities.js';
import type { AccountRow } from '../principals/identity.sql.js';
import { UNUSED_AREAS } from './account-defaults.js';
import { ageOn } from './date-of-birth.js';
import type { ProfileResponse, SafeUserResponse, SessionUserResponse } from './dto/user-response.dto.js';

/** An account without what its roles hold. */
export type ProfileRow = Omit<AccountRow, 'rolePermissions' | 'assignedPermissions' | 'defaultPermissions'>;

/**
 * An account for its owner and for staff: from an allow-list, never the row itself.
 * @param geoBlockLevel of its country
 */
export function toSafeUser(row: ProfileRow, geoBlockLevel: number): SafeUserResponse {
  const { node, fraudFlag, fraudReason, fraudDetectedAt } = UNUSED_AREAS;
  const { educationLimits, deletionRequested, deletionApproved } = row;
  const rest = { node, educationLimits, fraudFlag, fraudReason, fraudDetectedAt, deletionRequested, deletionApproved };
  return { ...toProfile(row, geoBlockLevel), ...rest };
}

/**
 * The account of a session or key, complete: the web client does not ask again after a login.
 * @param geoBlockLevel of its country
 */
export function toSessionUser(
  { account, profile }: Identity,
  principal: UserPrincipal,
  geoBlockLevel: number,
): SessionUserResponse {
  const { serverSunsetNoticeSentAt } = UNUSED_AREAS;
  return {
    ...toProfile(profile, geoBlockLevel),
    tier: profile.portalType,
    ...(principal.sessionId !== undefined && { sessionId: principal.sessionId }),
    permissions: visiblePermissions(principal, account.rolePermissions),
    supportBanned: profile.supportBanned,
    supportBanReason: profile.supportBanReason,
    passkeyCount: profile.passkeyCount,
    orgs: profile.organisations,
    idVerificationAllowed: geoBlockLevel < GEO_LEVELS.noIdVerification,
    serverSunsetNoticeSentAt,
  };
}

/**
 * What the caller holds beyond what everybody has: the web client shows the staff area by it. A key lists what it holds
 * of that itself.
 */
function visiblePermissions(principal: UserPrincipal, rolePermissions: readonly string[]): string[] {
  const held = principal.isSuperuser
    ? ['*', ...rolePermissions.filter((value) => value !== '*')]
    : [...rolePermissions];
  const { proof } = principal;
  if (proof.kind === 'session' || proof.type === 'admin') return held;
  return proof.permissions.filter((permission) => grants(held, permission));
}

function toProfile(row: ProfileRow, geoBlockLevel: number): ProfileResponse {
  const { ageVerificationRequired, isChildAccount, parentId, nodeId } = UNUSED_AREAS;
  return {
    ...ownFields(row),
    age: row.dateOfBirth === null ? null : ageOn(row.dateOfBirth, new Date()),
    twoFactorEnabled: row.twoFactorEnabled,
    studentVerified: row.studentVerified,
    studentVerifiedAt: row.studentVerifiedAt,
    idVerified: row.idVerified,
    euIdVerificationDisabled: geoBlockLevel >= GEO_LEVELS.noIdVerification,
    ageVerificationRequired,
    isChildAccount,
    parentId,
    geoBlockLevel,
    ...organisationOf(row),
    nodeId,
  };
}

/** The organisation that the account works in: the one it chose, else the one it joined first. */
function organisationOf({ organisations: [chosen] }: ProfileRow): Pick<ProfileResponse, 'org' | 'orgRole'> {
  if (chosen === undefined) return { org: null, orgRole: 'member' };
  const { orgRole, ...org } = chosen;
  return { org, orgRole };
}

function ownFields(row: ProfileRow) {
  const { id, uuid, email, firstName, middleName, lastName, displayName, title, gender, phone, address, address2 } =
    row;
  const { billingCompany, billingCity, billingState, billingZip, billingCountry, dateOfBirth, avatarUrl, role } = row;
  const { portalType, limits, settings, emailVerified, guideShown, suspended, createdAt, usesLegacyPasswordHash } = row;
  const person = {
    id,
    uuid,
    email,
    firstName,
    middleName,
    lastName,
    displayName,
    title,
    gender,
    dateOfBirth,
    avatarUrl,
  };
  const contact = { phone, address, address2, billingCompany, billingCity, billingState, billingZip, billingCountry };
  const state = {
    role,
    portalType,
    limits,
    settings,
    emailVerified,
    guideShown,
    suspended,
    createdAt,
    usesLegacyPasswordHash,
  };
  return { ...person, ...contact, ...state };
}
