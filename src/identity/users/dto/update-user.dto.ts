import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
} from 'class-validator';
import { PortalType } from '../../../generated/prisma/enums.js';
import { IsAcceptablePassword } from '../../passwords/password-policy.js';
import { IsBoundedObject } from '../bounded-json.js';
import { IsDateOfBirth } from '../date-of-birth.js';
import { IsEmailAddress } from '../email-address.js';
import { IsUserLimits } from '../user-limits.js';
import type { UserLimits } from '../user-limits.js';
import { ClearableText } from './profile-fields.dto.js';

const emptyIsAbsent = ({ value }: { value: unknown }): unknown => (value === '' ? undefined : value);
const PORTALS = Object.values(PortalType);

/** What everybody may change of himself; absent fields stay, empty texts clear. */
export class UpdateProfileDto {
  @ClearableText(64)
  @IsNotEmpty({ message: 'firstName_required' })
  firstName?: string;

  @ClearableText(64)
  @IsNotEmpty({ message: 'lastName_required' })
  lastName?: string;

  @ClearableText(64)
  middleName?: string;

  @ClearableText(64)
  displayName?: string;

  @ClearableText(32)
  title?: string;

  @ClearableText(32)
  gender?: string;

  @ClearableText(32)
  phone?: string;

  @ClearableText(256)
  address?: string;

  @ClearableText(256)
  address2?: string;

  @ClearableText(128)
  billingCompany?: string;

  @ClearableText(128)
  billingCity?: string;

  @ClearableText(64)
  billingState?: string;

  @ClearableText(20)
  billingZip?: string;

  @ClearableText(64)
  billingCountry?: string;

  /** `YYYY-MM-DD` */
  @ApiPropertyOptional({ type: String, format: 'date', example: '1990-12-31' })
  @Transform(emptyIsAbsent)
  @IsOptional()
  @IsDateOfBirth()
  dateOfBirth?: string;
}

/** A change of an account. What a caller may not change is ignored or refused, see the route. */
export class UpdateUserDto extends UpdateProfileDto {
  /** Another address is to be confirmed by mail, and ends the other sessions; the old one can be put back for 48 h. */
  @Transform(emptyIsAbsent)
  @IsOptional()
  @IsEmailAddress()
  @ApiPropertyOptional({ example: 'ada@example.com', maxLength: 254 })
  email?: string;

  /** New password. One's own needs `currentPassword`, and ends the other sessions. */
  @Transform(emptyIsAbsent)
  @IsOptional()
  @IsAcceptablePassword()
  @ApiPropertyOptional({ minLength: 8, maxLength: 128 })
  password?: string;

  @Transform(emptyIsAbsent)
  @IsOptional()
  @IsString()
  @Length(1, 128)
  currentPassword?: string;

  /** Merged over the present settings, key by key. */
  @IsOptional()
  @IsBoundedObject(65_536)
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { locale: 'en' } })
  settings?: Record<string, unknown>;

  /** Staff: label, or `rootAdmin` / `*` for everything; empty clears. */
  @IsOptional()
  @IsString()
  @MaxLength(32)
  @Matches(/^[A-Za-z0-9*_-]*$/, { message: 'role has characters that a role cannot have' })
  role?: string;

  /** Staff. */
  @IsOptional()
  @IsIn(PORTALS)
  @ApiPropertyOptional({ enum: PORTALS })
  portalType?: PortalType;

  /** Staff: quota; `null` or absent is unlimited, 0 is nothing. */
  @IsOptional()
  @IsUserLimits()
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'number', nullable: true },
    example: { serverLimit: 3 },
  })
  limits?: UserLimits;

  /** Staff. */
  @IsOptional()
  @IsBoolean()
  emailVerified?: boolean;

  /** Staff. */
  @IsOptional()
  @IsBoolean()
  suspended?: boolean;
}

export class FavoritesDto {
  /** Servers to show first, by uuid. */
  @IsArray({ message: 'Invalid favorites list' })
  @ArrayMaxSize(500, { message: 'Invalid favorites list' })
  @IsString({ each: true, message: 'Invalid favorites list' })
  @Length(1, 64, { each: true, message: 'Invalid favorites list' })
  @ApiProperty({ type: [String], maxItems: 500, example: [] })
  favorites!: string[];
}
