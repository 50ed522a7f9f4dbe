import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

const INCOMPLETE = 'Missing token or secret';
const CODE_LENGTH = 32;

export class TwoFactorSetupResponse {
  /** Seed for authenticator apps, base32. */
  @ApiProperty({ example: 'KTVEMGWN7NVQC36W6DWBM3P35DMVTW5V' })
  secret!: string;

  /** The same as a QR code holds it. */
  @ApiProperty({ example: 'otpauth://totp/EcliPanel:ada@example.com?secret=KTVEMGWN7NVQC36W6DWBM3P35DMVTW5V' })
  otpauth_url!: string;
}

export class EnableTwoFactorDto {
  /** Six digits that the app shows for the new seed. */
  @IsString({ message: INCOMPLETE })
  @Length(1, CODE_LENGTH, { message: INCOMPLETE })
  @ApiProperty({ example: '123456', maxLength: CODE_LENGTH })
  token!: string;

  /** The seed that the set-up answered. */
  @IsString({ message: INCOMPLETE })
  @Length(1, 128, { message: INCOMPLETE })
  @ApiProperty({ example: 'KTVEMGWN7NVQC36W6DWBM3P35DMVTW5V', maxLength: 128 })
  secret!: string;

  /** Where two-factor sign-in is on already: a code of the old seed, or a backup code. */
  @OptionalField()
  @MaxLength(CODE_LENGTH, { message: 'Invalid token' })
  @IsString({ message: 'Invalid token' })
  @ApiPropertyOptional({ example: '123456', maxLength: CODE_LENGTH })
  currentToken?: string;
}

export class CurrentCodeDto {
  /** Six digits of the authenticator app, or a backup code. */
  @IsString({ message: 'Missing token' })
  @Length(1, CODE_LENGTH, { message: 'Missing token' })
  @ApiProperty({ example: '123456', maxLength: CODE_LENGTH })
  token!: string;
}

export class RecoveryCodesResponse {
  /** Ten codes that replace the app once each. They are not shown again. */
  @ApiProperty({ type: [String], minItems: 10, maxItems: 10, example: ['0123456789ab'] })
  recoveryCodes!: string[];
}
