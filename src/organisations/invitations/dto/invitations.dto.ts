import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { IsEmailAddress } from '../../../identity/users/email-address.js';

const INVITED_ROLES = ['member', 'admin'] as const;
export type InvitedRole = (typeof INVITED_ROLES)[number];

/** Whom to invite, and as what. */
export class InviteDto {
  @IsEmailAddress('email required')
  @ApiProperty({ example: 'grace@example.com' })
  email!: string;

  @OptionalField()
  @IsIn(INVITED_ROLES, { message: 'Invalid role' })
  @ApiPropertyOptional({ enum: INVITED_ROLES, default: 'member' })
  role?: InvitedRole;

  /** Another name of `role`. */
  @OptionalField()
  @IsIn(INVITED_ROLES, { message: 'Invalid role' })
  @ApiPropertyOptional({ enum: INVITED_ROLES, default: 'member' })
  orgRole?: InvitedRole;
}

export class SentInvite {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ description: 'The secret of the mailed link; it is not shown again.' })
  token!: string;
}

export class AcceptInviteDto {
  @MaxLength(256, { message: 'Invalid invite' })
  @IsString({ message: 'Invalid invite' })
  @ApiProperty({ example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' })
  token!: string;
}

export class AcceptedInvite {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ example: 1 })
  organisationId!: number;
}

/** An open invitation, from the side of the one who was invited. */
export class OwnInvite {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ type: Number, nullable: true, example: 1 })
  organisationId!: number | null;

  @ApiProperty({ type: String, nullable: true, example: 'Acme' })
  organisationName!: string | null;

  @ApiProperty()
  organisationExists!: boolean;

  @ApiProperty({ example: 'grace@example.com' })
  email!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;
}
