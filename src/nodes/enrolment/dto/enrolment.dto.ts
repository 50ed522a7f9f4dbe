import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { ARCHITECTURES } from '../architectures.js';
import type { Architecture } from '../architectures.js';

export class InstallCommandResponse {
  @ApiProperty({ description: 'To be run as root on the machine that becomes the node; works once.' })
  command!: string;

  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
}

export class DownloadQueryDto {
  @ApiProperty({ enum: ARCHITECTURES })
  @IsIn(ARCHITECTURES, { message: `arch must be one of: ${ARCHITECTURES.join(', ')}` })
  arch!: Architecture;
}
