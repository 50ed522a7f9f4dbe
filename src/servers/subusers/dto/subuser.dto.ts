import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsEmail, IsString, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { SUBUSER_PERMISSIONS } from '../../access/server-needs.js';

/** What others may see of a person. */
export class SubuserPerson {
  id!: number;
  /** @example 'ada@example.com' */
  email!: string;

  @ApiProperty({ type: String, nullable: true })
  displayName!: string | null;

  @ApiProperty({ type: String, nullable: true })
  avatarUrl!: string | null;
}

/** Somebody who may do a part of what the owner may. */
export class SubuserEntry {
  id!: number;
  serverUuid!: string;
  userId!: number;
  userEmail!: string;

  /** @example ['console', 'power'] */
  @ApiProperty({ enum: [...SUBUSER_PERMISSIONS, '*'], isArray: true })
  permissions!: string[];

  /** Whether other subusers must leave it alone. */
  locked!: boolean;
  accepted!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  user!: SubuserPerson;
}

/** An invitation that was not answered yet. */
export class SubuserInvite {
  id!: number;
  serverUuid!: string;
  userId!: number;
  userEmail!: string;

  @ApiProperty({ enum: [...SUBUSER_PERMISSIONS, '*'], isArray: true })
  permissions!: string[];

  locked!: boolean;
  accepted!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, nullable: true })
  serverName!: string | null;

  serverExists!: boolean;
}

/** Whom to invite, and for what. */
export class InviteSubuserDto {
  /** @example 'ada@example.com' */
  @IsEmail({}, { message: 'email is required' })
  @MaxLength(254)
  email!: string;

  /** Unknown ones, and those the inviter lacks, are left out; `console` unless given. */
  @OptionalField()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(32, { each: true })
  @ApiProperty({ enum: SUBUSER_PERMISSIONS, isArray: true, required: false, example: ['console'] })
  permissions?: string[];
}

/** What a subuser may do from now on. */
export class UpdateSubuserDto {
  @IsArray({ message: 'permissions array required' })
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(32, { each: true })
  @ApiProperty({ enum: SUBUSER_PERMISSIONS, isArray: true, example: ['console', 'power'] })
  permissions!: string[];

  /** Owner and staff only. */
  @OptionalField()
  @IsBoolean()
  locked?: boolean;
}
