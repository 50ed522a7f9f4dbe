import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { IsEmailAddress } from '../../users/email-address.js';
import { SessionUserResponse } from '../../users/dto/user-response.dto.js';

const MISSING = 'Missing email or password';

export class LoginDto {
  @IsEmailAddress(MISSING)
  @ApiProperty({ example: 'ada@example.com', maxLength: 254 })
  email!: string;

  @IsString({ message: MISSING })
  @Length(1, 128, { message: MISSING })
  @ApiProperty({ example: 'Correct-Horse-7' })
  password!: string;
}

export class SessionResponse {
  @ApiProperty({ type: SessionUserResponse })
  user!: SessionUserResponse;
}

export class CsrfTokenResponse {
  @ApiProperty({ minLength: 64, maxLength: 64 })
  csrfToken!: string;
}
