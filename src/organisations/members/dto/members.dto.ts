import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { NumberOfForm } from '../../../common/validation/lenient-numbers.js';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { ORGANISATION_ROLES } from '../../access/organisation-roles.js';
import type { OrganisationRole } from '../../access/organisation-needs.js';

export class ChangeRoleDto {
  @IsIn(ORGANISATION_ROLES, { message: 'Invalid role' })
  @ApiProperty({ enum: ORGANISATION_ROLES, description: '`owner` hands the organisation over.' })
  orgRole!: OrganisationRole;
}

/** Whom to add; the id counts when both are given. */
export class AddUserDto {
  @NumberOfForm()
  @IsOptional()
  @IsInt({ message: 'userId must be a number' })
  @Min(1)
  @Max(2_147_483_647)
  @ApiPropertyOptional({ type: 'integer', nullable: true, example: 2 })
  userId?: number | null;

  @OptionalField()
  @IsString()
  @MaxLength(254)
  @ApiPropertyOptional({ example: 'grace@example.com' })
  email?: string;

  /** Anything that is no role counts as `member`. */
  @Transform(({ value }: { value: unknown }): unknown =>
    ORGANISATION_ROLES.some((role) => role === value) ? value : 'member',
  )
  @IsIn(ORGANISATION_ROLES)
  @ApiPropertyOptional({ enum: ORGANISATION_ROLES, default: 'member' })
  orgRole: OrganisationRole = 'member';
}

/** A membership after its role was changed. */
export class MembershipItem {
  @ApiProperty({ example: 1, description: 'Of the membership.' })
  id!: number;

  @ApiProperty({ example: 1 })
  userId!: number;

  @ApiProperty({ example: 1 })
  organisationId!: number;

  @ApiProperty({ enum: ORGANISATION_ROLES })
  orgRole!: OrganisationRole;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;
}

export class ChangedRole {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: MembershipItem })
  target!: MembershipItem;
}

export class AddedUser {
  @ApiProperty({ example: 2 })
  id!: number;

  @ApiProperty({ example: 'grace@example.com' })
  email!: string;

  @ApiProperty({ example: 'Grace' })
  firstName!: string;

  @ApiProperty({ example: 'Hopper' })
  lastName!: string;

  @ApiProperty({ enum: ORGANISATION_ROLES })
  orgRole!: OrganisationRole;
}

export class AddUserResult {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: AddedUser })
  target!: AddedUser;
}
