import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { IsAcceptablePassword } from '../../passwords/password-policy.js';
import { IsEmailAddress } from '../../users/email-address.js';

const MISSING = 'token and password are required';

export class PasswordResetRequestDto {
  @IsEmailAddress('Email required')
  @ApiProperty({ example: 'ada@example.com', maxLength: 254 })
  email!: string;
}

export class PasswordResetConfirmDto {
  /** The last part of the mailed link. */
  @IsString({ message: MISSING })
  @Length(1, 256, { message: MISSING })
  @ApiProperty({ example: 'the last part of the mailed link' })
  token!: string;

  /** 8 to 128 characters with an upper-case and a lower-case letter, a number and a symbol. */
  @IsAcceptablePassword(MISSING)
  @ApiProperty({ example: 'Correct-Horse-8', minLength: 8, maxLength: 128 })
  password!: string;
}
