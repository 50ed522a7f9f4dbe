import { ApiProperty } from '@nestjs/swagger';
import { SessionUserResponse } from '../../users/dto/user-response.dto.js';

export class LoginResponse {
  /** Session token, for `Authorization: Bearer …`; the cookie holds the same. */
  @ApiProperty()
  token!: string;

  /** For the header `x-csrf-token` of requests that authenticate by cookie. */
  @ApiProperty({ minLength: 64, maxLength: 64 })
  csrfToken!: string;

  @ApiProperty({ type: SessionUserResponse })
  user!: SessionUserResponse;
}

/** The first factor was right and the account has a second: no session yet, no cookie. */
export class TwoFactorRequiredResponse {
  @ApiProperty({ example: true })
  twoFactorRequired!: true;

  /** Goes with the second factor to `POST /api/auth/2fa/verify-login`; for five minutes, good for nothing else. */
  @ApiProperty()
  tempToken!: string;
}
