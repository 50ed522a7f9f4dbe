import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { SearchPageDto } from '../../../common/paging/search-page.dto.js';
import { PortalType } from '../../../generated/prisma/enums.js';
import { IsEmailAddress } from '../email-address.js';
import { IsUserLimits } from '../user-limits.js';
import type { UserLimits } from '../user-limits.js';
import { UpdateProfileDto } from './update-user.dto.js';
import { SafeUserResponse } from './user-response.dto.js';

export const USER_SORTS = ['id', 'email', 'createdAt', 'lastPanelActivityAt'] as const;

const flag = ({ value }: { value: unknown }): unknown =>
  value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value;

/** Which accounts to list. A number in `q` is an id. */
export class AdminUserQuery extends SearchPageDto {
  @IsOptional()
  @IsIn(USER_SORTS)
  sort: (typeof USER_SORTS)[number] = 'id';

  /** Only with this label; empty: without one. */
  @IsOptional()
  @IsString()
  @MaxLength(32)
  role?: string;

  @IsOptional()
  @IsIn(['free', 'paid', 'educational', 'enterprise'])
  portalType?: 'free' | 'paid' | 'educational' | 'enterprise';

  @IsOptional()
  @Transform(flag)
  @IsBoolean()
  @ApiProperty({ type: Boolean, required: false })
  suspended?: boolean;

  @IsOptional()
  @Transform(flag)
  @IsBoolean()
  @ApiProperty({ type: Boolean, required: false })
  emailVerified?: boolean;
}

const emptyIsAbsent = ({ value }: { value: unknown }): unknown => (value === '' ? undefined : value);

/** A change of an account by staff; what is absent stays. */
export class AdminUpdateUserDto extends UpdateProfileDto {
  @Transform(emptyIsAbsent)
  @IsOptional()
  @IsEmailAddress()
  @ApiPropertyOptional({ example: 'ada@example.com', maxLength: 254 })
  email?: string;

  /** Label, or `rootAdmin` / `*` for everything; empty clears. */
  @IsOptional()
  @IsString()
  @MaxLength(32)
  @Matches(/^[A-Za-z0-9*_-]*$/, { message: 'role has characters that a role cannot have' })
  role?: string;

  @IsOptional()
  @IsIn(Object.values(PortalType))
  @ApiPropertyOptional({ enum: Object.values(PortalType) })
  portalType?: PortalType;

  /** Quota; `null` or absent is unlimited, 0 is nothing. */
  @IsOptional()
  @IsUserLimits()
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'number', nullable: true },
    example: { serverLimit: 3 },
  })
  limits?: UserLimits;

  @IsOptional()
  @IsBoolean()
  emailVerified?: boolean;

  /** Needs `users:suspend`. Ends what the account has open. */
  @IsOptional()
  @IsBoolean()
  suspended?: boolean;

  /** Needs `tickets:ban`. */
  @IsOptional()
  @IsBoolean()
  supportBanned?: boolean;

  /** Needs `tickets:ban`; empty clears. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  supportBanReason?: string;
}

/** An account as staff sees it. */
export class AdminUserItem extends SafeUserResponse {
  passkeyCount!: number;

  supportBanned!: boolean;

  @ApiProperty({ type: String, nullable: true })
  supportBanReason!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastLoginAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastPanelActivityAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  deletedAt!: Date | null;
}

export class AdminUserPage {
  @ApiProperty({ type: [AdminUserItem] })
  users!: AdminUserItem[];

  /** Accounts on all pages together. */
  total!: number;

  page!: number;

  per!: number;
}
