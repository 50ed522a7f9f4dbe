import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const text = { type: String, nullable: true } as const;
const date = { type: String, format: 'date-time', nullable: true } as const;
const PORTALS = ['free', 'paid', 'educational', 'enterprise'];

/** An organisation beside the account of a member. */
export class AccountOrganisation {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'Acme' })
  name!: string;

  @ApiProperty({ example: 'acme.example.com' })
  handle!: string;

  @ApiProperty({ enum: PORTALS })
  portalTier!: string;

  @ApiProperty(text)
  avatarUrl!: string | null;
}

/** An organisation and what the account is in it. */
export class AccountMembership extends AccountOrganisation {
  @ApiProperty({ enum: ['member', 'admin', 'owner'] })
  orgRole!: string;
}

/** What an account tells about its owner. */
export class ProfileResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ format: 'uuid', description: 'How daemons know the account; never changes.' })
  uuid!: string;

  @ApiProperty({ example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ example: 'Ada' })
  firstName!: string;

  @ApiProperty(text)
  middleName!: string | null;

  @ApiProperty({ example: 'Lovelace' })
  lastName!: string;

  @ApiProperty(text)
  displayName!: string | null;

  @ApiProperty(text)
  title!: string | null;

  @ApiProperty(text)
  gender!: string | null;

  @ApiProperty(text)
  phone!: string | null;

  @ApiProperty(text)
  address!: string | null;

  @ApiProperty(text)
  address2!: string | null;

  @ApiProperty(text)
  billingCompany!: string | null;

  @ApiProperty(text)
  billingCity!: string | null;

  @ApiProperty(text)
  billingState!: string | null;

  @ApiProperty(text)
  billingZip!: string | null;

  @ApiProperty(text)
  billingCountry!: string | null;

  @ApiProperty({ ...text, format: 'date' })
  dateOfBirth!: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Whole years, from `dateOfBirth`.' })
  age!: number | null;

  @ApiProperty(text)
  avatarUrl!: string | null;

  @ApiProperty({ ...text, description: '`*` and `rootAdmin` hold every permission; anything else is a label.' })
  role!: string | null;

  @ApiProperty({ enum: PORTALS })
  portalType!: string;

  @ApiProperty({
    type: 'object',
    nullable: true,
    additionalProperties: { type: 'number', nullable: true },
    description: 'Quota: `null` or absent is unlimited, 0 is nothing.',
  })
  limits!: Record<string, number | null> | null;

  @ApiProperty({ type: 'object', additionalProperties: true })
  settings!: Record<string, unknown>;

  @ApiProperty()
  emailVerified!: boolean;

  @ApiProperty()
  guideShown!: boolean;

  @ApiProperty()
  suspended!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ description: 'The password is kept in an older form; signing in renews it.' })
  usesLegacyPasswordHash!: boolean;

  @ApiProperty()
  twoFactorEnabled!: boolean;

  @ApiProperty()
  studentVerified!: boolean;

  @ApiProperty(date)
  studentVerifiedAt!: Date | null;

  @ApiProperty()
  idVerified!: boolean;

  @ApiProperty()
  euIdVerificationDisabled!: boolean;

  @ApiProperty()
  ageVerificationRequired!: boolean;

  @ApiProperty()
  isChildAccount!: boolean;

  @ApiProperty({ type: Number, nullable: true })
  parentId!: number | null;

  @ApiProperty({ example: 0 })
  geoBlockLevel!: number;

  @ApiProperty({ type: AccountOrganisation, nullable: true, description: 'The chosen one, else the one joined first.' })
  org!: AccountOrganisation | null;

  @ApiProperty({ enum: ['member', 'admin', 'owner'], description: 'In `org`.' })
  orgRole!: string;

  @ApiProperty({ type: Number, nullable: true })
  nodeId!: number | null;
}

/** An account as its owner and staff see it. */
export class SafeUserResponse extends ProfileResponse {
  @ApiProperty({ type: 'object', nullable: true, additionalProperties: true })
  node!: Record<string, unknown> | null;

  @ApiProperty({ type: 'object', nullable: true, additionalProperties: true })
  educationLimits!: Record<string, unknown> | null;

  @ApiProperty()
  fraudFlag!: boolean;

  @ApiProperty(text)
  fraudReason!: string | null;

  @ApiProperty(date)
  fraudDetectedAt!: Date | null;

  @ApiProperty()
  deletionRequested!: boolean;

  @ApiProperty()
  deletionApproved!: boolean;
}

/** The signed-in account, as the web client keeps it. */
export class SessionUserResponse extends ProfileResponse {
  @ApiProperty({ enum: PORTALS, description: 'The same as `portalType`.' })
  tier!: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Absent for API keys.' })
  sessionId?: string;

  @ApiProperty({
    type: [String],
    description: 'Permissions of assigned roles; those that everybody has are not listed.',
  })
  permissions!: string[];

  @ApiProperty()
  supportBanned!: boolean;

  @ApiProperty(text)
  supportBanReason!: string | null;

  @ApiProperty({ example: 0 })
  passkeyCount!: number;

  @ApiProperty({ type: [AccountMembership] })
  orgs!: readonly AccountMembership[];

  @ApiProperty()
  idVerificationAllowed!: boolean;

  @ApiProperty(date)
  serverSunsetNoticeSentAt!: Date | null;
}

export class UserResultResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: SafeUserResponse })
  user!: SafeUserResponse;
}

export class FavoritesResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: [String] })
  serverFavorites!: string[];
}
