import { ApiProperty } from '@nestjs/swagger';

/** The new picture of an account. */
export class UploadedAvatarResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ example: 'https://panel.example/uploads/avatar_user_1_0123456789abcdef.webp' })
  url!: string;
}
