import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty } from 'class-validator';
import { IsAcceptablePassword } from '../../passwords/password-policy.js';
import { IsEmailAddress } from '../email-address.js';
import { OptionalProfileDto, OptionalText, Text } from './profile-fields.dto.js';

/**
 * A new account. E-mail, password and names are needed, and the captcha while one is switched on; fields that older
 * clients also send (parent, what the mouse did) are ignored.
 */
export class RegisterDto extends OptionalProfileDto {
  /** At most 254 characters; case does not matter. */
  @IsEmailAddress()
  @ApiProperty({ example: 'ada@example.com', maxLength: 254 })
  email!: string;

  /** 8 to 128 characters with an upper-case and a lower-case letter, a number and a symbol. */
  @IsAcceptablePassword()
  @ApiProperty({ example: 'Correct-Horse-7', minLength: 8, maxLength: 128 })
  password!: string;

  @Text(64, 'Ada')
  @IsNotEmpty({ message: 'firstName is required.' })
  firstName!: string;

  @Text(64, 'Lovelace')
  @IsNotEmpty({ message: 'lastName is required.' })
  lastName!: string;

  /** Of `GET /api/auth/captcha`. */
  @OptionalText(128)
  captchaToken?: string;

  @OptionalText(16)
  captchaAnswer?: string;

  /** Of `GET /api/auth/captcha/invisible`. */
  @OptionalText(128)
  invisibleCaptchaToken?: string;
}
