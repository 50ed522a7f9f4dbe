import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsString, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

/** Why a server is suspended. */
export class SuspendServerDto {
  /** Told to the owner. @example 'Mining' */
  @OptionalField()
  @IsString()
  @MaxLength(1_000)
  reason?: string;

  /** Who did it, when that is not the caller. @example 'anti abuse system' */
  @OptionalField()
  @IsString()
  @MaxLength(128)
  source?: string;

  /** Whether it is a DMCA takedown. */
  @OptionalField()
  @IsBoolean()
  dmca?: boolean;
}

/** What became of a suspension, and of the mail to the owner. */
export class SuspensionResult {
  /** @example true */
  success!: boolean;
  emailSent!: boolean;
  emailSkipped!: boolean;

  @ApiProperty({ type: String, nullable: true })
  emailReason!: string | null;

  @ApiProperty({ type: String, nullable: true })
  emailRecipient!: string | null;
}
