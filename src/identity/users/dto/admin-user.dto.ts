import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { SearchPageDto } from '../../../common/paging/search-page.dto.js';
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
