import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

const MISSING = 'Missing tempToken';
const CODE_LENGTH = 32;

export class TempTokenDto {
  /** From the answer of the sign-in. */
  @MaxLength(256, { message: 'Invalid tempToken' })
  @IsString({ message: MISSING })
  @IsNotEmpty({ message: MISSING })
  @ApiProperty({ example: 'from the answer of the sign-in', maxLength: 256 })
  tempToken!: string;
}

export class VerifyLoginDto extends TempTokenDto {
  /** Six digits of the authenticator app. */
  @OptionalField()
  @MaxLength(CODE_LENGTH, { message: 'Invalid token' })
  @IsString({ message: 'Invalid token' })
  @ApiPropertyOptional({ example: '123456', maxLength: CODE_LENGTH })
  token?: string;

  /** Another name for `token`. */
  @OptionalField()
  @MaxLength(CODE_LENGTH, { message: 'Invalid token' })
  @IsString({ message: 'Invalid token' })
  @ApiPropertyOptional({ example: '123456', maxLength: CODE_LENGTH })
  code?: string;

  /** One of the ten codes that were shown when two-factor sign-in was turned on; it works once. */
  @OptionalField()
  @MaxLength(CODE_LENGTH, { message: 'Invalid backup code' })
  @IsString({ message: 'Invalid backup code' })
  @ApiPropertyOptional({ example: '0123456789ab', maxLength: CODE_LENGTH })
  backupCode?: string;

  /** The six digits of the mail. */
  @OptionalField()
  @MaxLength(CODE_LENGTH, { message: 'Invalid email code' })
  @IsString({ message: 'Invalid email code' })
  @ApiPropertyOptional({ example: '123456', maxLength: CODE_LENGTH })
  emailCode?: string;
}
