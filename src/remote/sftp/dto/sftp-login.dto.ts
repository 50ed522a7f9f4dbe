import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

export const SFTP_LOGIN_METHODS = ['password', 'public_key'] as const;
export type SftpLoginMethod = (typeof SFTP_LOGIN_METHODS)[number];

/** What somebody entered at a daemon's SFTP server. */
export class SftpLogin {
  @ApiProperty({ enum: SFTP_LOGIN_METHODS })
  @IsIn(SFTP_LOGIN_METHODS)
  type!: SftpLoginMethod;

  /**
   * `<e-mail>.<first eight hex digits of the server's uuid>`
   * @example 'player@example.com.8d3f1c2a'
   */
  @IsString()
  @MaxLength(512)
  username!: string;

  /**
   * The password, or the line of the public key.
   * @example 'Correct-horse-7'
   */
  @IsString()
  @MaxLength(16_384)
  password!: string;

  /**
   * `address:port` of the client (Wings in Go)
   * @example '203.0.113.7:50123'
   */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  ip?: string;
}

/** Whom the daemon lets in, to what. */
export class SftpSession {
  /** Uuid of the account. */
  @ApiProperty({ format: 'uuid' })
  user!: string;

  /** Uuid of the server. */
  @ApiProperty({ format: 'uuid' })
  server!: string;

  /** The account's full list of permissions on this server, in the daemon's names. */
  permissions!: string[];

  /** Gitignore patterns of files that stay hidden. */
  ignored_files!: string[];
}
