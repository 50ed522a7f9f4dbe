import { ApiProperty } from '@nestjs/swagger';

/** Where the browser goes next. */
export class RedirectResponse {
  @ApiProperty({ format: 'uri', example: 'https://github.com/login/oauth/authorize?client_id=…' })
  redirect!: string;
}
