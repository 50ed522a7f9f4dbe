import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

export class VerifyEmailLinkQuery {
  /** From the mailed link. */
  @IsString({ message: 'Missing token' })
  @Length(1, 256, { message: 'Missing token' })
  @ApiProperty({ example: 'from the mailed link' })
  token!: string;
}

export class VerifyEmailCodeDto {
  /** The six digits of the mail. */
  @IsString({ message: 'Missing code' })
  @Length(1, 16, { message: 'Missing code' })
  @ApiProperty({ example: '123456' })
  code!: string;
}

export class ResendVerificationResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  /** Set when there was nothing to verify any more. */
  @ApiPropertyOptional({ example: 'Already verified' })
  message?: string;
}
