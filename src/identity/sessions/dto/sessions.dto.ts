import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';

const MAXIMUM_ID = 2_147_483_647;

export class RevokeSessionDto {
  /** Account that the session belongs to. */
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  @ApiProperty({ example: 1 })
  userId!: number;

  /** Id of the session to end. */
  @IsUUID('all', { message: 'sessionId must be the id of a session' })
  @ApiProperty({ format: 'uuid', example: '7c9e6679-7425-40de-944b-e07fc1f90ae7' })
  sessionId!: string;
}

export class RevokeAllSessionsDto {
  /** Account whose sessions end. */
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  @ApiProperty({ example: 1 })
  userId!: number;

  /** End the calling session too. */
  @IsOptional()
  @IsBoolean()
  includeCurrent?: boolean;
}

export class SessionDetailsResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  /** Last use, exact to half a minute. */
  @ApiProperty({ type: String, format: 'date-time' })
  lastSeenAt!: Date;

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true })
  userAgent!: string | null;

  /** Whether it is the session that asks. */
  @ApiProperty()
  current!: boolean;
}

export class SessionListResponse {
  /** Ids of the live sessions, newest first. */
  @ApiProperty({ type: [String] })
  sessions!: string[];

  @ApiProperty({ type: [SessionDetailsResponse] })
  details!: SessionDetailsResponse[];
}
