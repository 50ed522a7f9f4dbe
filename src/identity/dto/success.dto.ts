import { ApiProperty } from '@nestjs/swagger';

/** Done; there is nothing more to say. */
export class SuccessResponse {
  @ApiProperty({ example: true })
  success!: boolean;
}

export const SUCCESS: Readonly<SuccessResponse> = Object.freeze({ success: true });
