import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

const MISSING = 'Missing code or state';

/** What GitHub's redirect brings back. */
export class StudentCallbackQuery {
  /** One-time code of GitHub. */
  @IsString({ message: MISSING })
  @Length(1, 512, { message: MISSING })
  @ApiProperty({ example: 'from GitHub' })
  code!: string;

  /** As the panel sent it. */
  @IsString({ message: MISSING })
  @Length(1, 128, { message: MISSING })
  @ApiProperty({ example: 'from the panel' })
  state!: string;
}
