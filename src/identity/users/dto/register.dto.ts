import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty } from 'class-validator';
import { IsAcceptablePassword } from '../../passwords/password-policy.js';
import { IsEmailAddress } from '../email-address.js';
import { OptionalProfileDto, Text } from './profile-fields.dto.js';

/**
 * A new account. E-mail, password and names are needed; fields that older clients also send (captcha, parent) are
 * ignored.
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
}
