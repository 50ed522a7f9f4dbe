import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { BoundedNumber, NumberOfForm } from '../../../common/validation/lenient-numbers.js';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { ExportStatus } from '../../../generated/prisma/enums.js';
import { MiniUserResponse } from '../../dto/mini-user.dto.js';

const STATUSES = Object.values(ExportStatus);
const DEFAULT_LIMIT = 100;
const MAXIMUM_LIMIT = 500;
const DEFAULT_HOURS = 24;
const MAXIMUM_HOURS = 720;

/** Which exports to list. */
export class ExportJobQuery {
  /** How many, at most 500. */
  @IsOptional()
  @BoundedNumber(DEFAULT_LIMIT, 1, MAXIMUM_LIMIT)
  @ApiPropertyOptional({ type: Number, default: DEFAULT_LIMIT, maximum: MAXIMUM_LIMIT })
  limit = DEFAULT_LIMIT;

  @IsOptional()
  @IsIn(STATUSES, { message: `status must be one of ${STATUSES.join(', ')}` })
  @ApiPropertyOptional({ enum: STATUSES })
  status?: ExportStatus;
}

export class ShareLinkDto {
  /** Hours until the link ends, at most 720. */
  @NumberOfForm()
  @OptionalField()
  @IsInt({ message: 'expiresHours must be a whole number from 1 to 720' })
  @Min(1, { message: 'expiresHours must be a whole number from 1 to 720' })
  @Max(MAXIMUM_HOURS, { message: 'expiresHours must be a whole number from 1 to 720' })
  @ApiPropertyOptional({ type: Number, default: DEFAULT_HOURS, minimum: 1, maximum: MAXIMUM_HOURS })
  expiresHours?: number = DEFAULT_HOURS;
}

/** An export of one's own data. */
export class ExportJobResponse {
  @ApiProperty({ format: 'uuid', example: '7b8c2f0e-6a3b-4f0b-9d0e-2f6a1c9d4e55' })
  id!: string;

  @ApiProperty({ example: 1 })
  userId!: number;

  /** `pending` waits for staff to agree; `expired`: the archive was removed. */
  @ApiProperty({ enum: STATUSES })
  status!: ExportStatus;

  /** Percent. */
  @ApiProperty({ example: 100 })
  progress!: number;

  /** What went wrong, or how it stands. */
  @ApiProperty({ type: String, nullable: true })
  message!: string | null;

  /** Size of the archive. */
  @ApiProperty({ example: 48_213 })
  sizeBytes!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: Date | null;

  /** When the archive is removed. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: Date | null;
}

/** An export as staff sees it. */
export class AdminExportJobResponse extends ExportJobResponse {
  /** Who of the staff asked for it; null: the person did. */
  @ApiProperty({ type: Number, nullable: true })
  adminId!: number | null;

  /** Who of the staff agreed or refused. */
  @ApiProperty({ type: Number, nullable: true })
  decidedById!: number | null;

  /** End of the newest share link. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  shareLinkExpiresAt!: Date | null;

  /** Downloads that the newest share link is still good for. */
  @ApiProperty({ example: 1 })
  shareDownloadsRemaining!: number;

  /** How often share links were used. */
  @ApiProperty({ example: 0 })
  shareOpens!: number;

  @ApiProperty({ type: MiniUserResponse })
  user!: MiniUserResponse;
}

export class ExportJobsResponse {
  @ApiProperty({ type: [ExportJobResponse] })
  jobs!: ExportJobResponse[];
}

export class ExportRunnerResponse {
  /** When exports that were left behind are taken up again (UTC); a new one begins at once. */
  @ApiProperty({ example: '*/5 * * * *' })
  runnerCron!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  nextRunAt!: Date;

  /** When an export was begun last. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastRunAt!: Date | null;
}

export class AdminExportJobsResponse {
  @ApiProperty({ type: [AdminExportJobResponse] })
  jobs!: AdminExportJobResponse[];

  @ApiProperty({ type: ExportRunnerResponse })
  meta!: ExportRunnerResponse;
}

export class AdminExportJobDetailResponse {
  @ApiProperty({ type: AdminExportJobResponse })
  job!: AdminExportJobResponse;
}

export class ExportQueuedResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ format: 'uuid' })
  jobId!: string;
}

export class ExportRequestedResponse extends ExportQueuedResponse {
  /** `pending` when staff has to agree first. */
  @ApiProperty({ enum: STATUSES })
  status!: ExportStatus;
}

export class ShareLinkResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  /** The link, shown this once. */
  @ApiProperty({ example: 'https://panel.example.com/api/public/export-shares/6f…' })
  shareUrl!: string;

  /** Another name of `shareUrl`. */
  @ApiProperty()
  shareLink!: string;

  /** Another name of `shareUrl`. */
  @ApiProperty()
  url!: string;

  /** Another name of `shareUrl`. */
  @ApiProperty()
  link!: string;

  @ApiProperty({ example: '/api/public/export-shares/6f…' })
  sharePath!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt!: Date;

  @ApiProperty({ example: 1 })
  downloadsRemaining!: number;
}
