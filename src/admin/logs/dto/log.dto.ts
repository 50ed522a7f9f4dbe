import { ApiProperty } from '@nestjs/swagger';

/** One thing that somebody did. */
export class AdminLogEntry {
  id!: number;

  /** Who did it; null: the panel itself. */
  @ApiProperty({ type: Number, nullable: true })
  userId!: number | null;

  /** Name of the user; `System` for the panel itself. */
  username!: string;

  /** Address of the user; empty for the panel itself and for deleted accounts. */
  email!: string;

  @ApiProperty({ type: String, nullable: true })
  avatarUrl!: string | null;

  /** @example admin:settings:update */
  action!: string;

  @ApiProperty({ type: String, nullable: true })
  targetType!: string | null;

  @ApiProperty({ type: String, nullable: true })
  targetId!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  metadata!: unknown;

  @ApiProperty({ type: String, nullable: true })
  ipAddress!: string | null;

  timestamp!: Date;
}

/** A page of the activity log, newest first. */
export class AdminLogPage {
  @ApiProperty({ type: [AdminLogEntry] })
  logs!: AdminLogEntry[];

  /** Entries on all pages together. */
  total!: number;

  page!: number;

  per!: number;
}
