import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { ORGANISATION_ROLES } from '../../access/organisation-roles.js';
import type { OrganisationRole } from '../../access/organisation-needs.js';

const PORTAL_TIERS = ['free', 'paid', 'educational', 'enterprise'] as const;
export type PortalTier = (typeof PORTAL_TIERS)[number];

const REQUIRED = 'name and handle required';
const MAXIMUM_NAME = 100;
const MAXIMUM_HANDLE = 255;

/** Names stand in mails and their subjects: nothing that cannot be seen. */
const VisibleText = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }): unknown =>
    typeof value === 'string' ? value.replace(/\p{C}/gu, '').trim() : value,
  );

/** Somebody who belongs to an organisation. */
export class OrganisationMemberItem {
  /** Of the account. */
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ example: 'Ada' })
  firstName!: string;

  @ApiProperty({ example: 'Lovelace' })
  lastName!: string;

  @ApiProperty({ type: String, nullable: true })
  displayName!: string | null;

  @ApiProperty({ type: String, nullable: true })
  avatarUrl!: string | null;

  @ApiProperty({ enum: ORGANISATION_ROLES })
  orgRole!: OrganisationRole;
}

/** An invitation as those who manage the organisation see it. */
export class OrganisationInviteItem {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'grace@example.com' })
  email!: string;

  @ApiProperty()
  accepted!: boolean;

  @ApiProperty({ enum: ['member', 'admin'], description: 'What the invited person becomes.' })
  orgRole!: 'member' | 'admin';

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
}

export class OrganisationSummary {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'Acme' })
  name!: string;

  @ApiProperty({ example: 'acme.example.com' })
  handle!: string;

  @ApiProperty({ example: 1 })
  ownerId!: number;

  @ApiProperty({ enum: PORTAL_TIERS })
  portalTier!: PortalTier;

  @ApiProperty({ type: String, nullable: true })
  avatarUrl!: string | null;
}

/** An organisation. Members and invitations are listed only where one organisation is asked for. */
export class OrganisationView extends OrganisationSummary {
  @ApiProperty({ description: 'A label; grants nothing.' })
  isStaff!: boolean;

  @ApiPropertyOptional({ enum: ORGANISATION_ROLES, description: "The caller's; absent for staff who are no members." })
  orgRole?: OrganisationRole;

  @ApiPropertyOptional({ description: 'Only in lists.' })
  memberCount?: number;

  @ApiProperty({ type: [OrganisationMemberItem] })
  users!: OrganisationMemberItem[];

  @ApiProperty({ type: [OrganisationInviteItem], description: 'Only for those who manage the organisation.' })
  invites!: OrganisationInviteItem[];
}

export class OrganisationListQuery {
  /** Answers only whether this handle is taken. */
  @IsOptional()
  @IsString()
  @MaxLength(MAXIMUM_HANDLE)
  @ApiPropertyOptional({ type: String })
  checkHandle?: string;
}

export class HandleTaken {
  @ApiProperty()
  taken!: boolean;
}

export class CreateOrganisationDto {
  @VisibleText()
  @MaxLength(MAXIMUM_NAME)
  @IsNotEmpty({ message: REQUIRED })
  @IsString({ message: REQUIRED })
  @ApiProperty({ example: 'Acme', maxLength: MAXIMUM_NAME })
  name!: string;

  /** A dotted name in letters, digits, hyphens; upper case counts as lower case. */
  @MaxLength(MAXIMUM_HANDLE, { message: 'invalid handle format' })
  @IsNotEmpty({ message: REQUIRED })
  @IsString({ message: REQUIRED })
  @ApiProperty({ example: 'acme.example.com' })
  handle!: string;
}

export class UpdateOrganisationDto {
  /** An empty one changes nothing. */
  @VisibleText()
  @OptionalField()
  @IsString()
  @MaxLength(MAXIMUM_NAME)
  @ApiPropertyOptional({ example: 'Acme', maxLength: MAXIMUM_NAME })
  name?: string;

  /** Only for holders of `org:write`. */
  @OptionalField()
  @IsIn(PORTAL_TIERS, { message: `portalTier must be one of: ${PORTAL_TIERS.join(', ')}` })
  @ApiPropertyOptional({ enum: PORTAL_TIERS })
  portalTier?: PortalTier;
}

export class OrganisationResult {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: OrganisationView })
  org!: OrganisationView;
}

/** What was made, once in `org` and once beside it: clients read either. */
export class CreatedOrganisation extends OrganisationSummary {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: OrganisationView })
  org!: OrganisationView;
}

export class SelectedOrganisation {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ example: 1 })
  orgId!: number;
}
