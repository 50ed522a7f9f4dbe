import { ApiProperty } from '@nestjs/swagger';

export class CaptchaResponse {
  /** Goes back as `captchaToken`; good once, for five minutes. */
  @ApiProperty()
  token!: string;

  /** PNG as data URI: a small sum; its result is the `captchaAnswer`. */
  @ApiProperty({ example: 'data:image/png;base64,…' })
  image!: string;

  /** Always empty: who cannot see the picture asks for a challenge of sound. */
  @ApiProperty({ example: '' })
  audio!: string;
}

export class AudioCaptchaResponse {
  /** Goes back as `captchaToken`; good once, for five minutes. */
  @ApiProperty()
  token!: string;

  /** WAV as data URI: three groups of beeps; the numbers of beeps, one after another, are the `captchaAnswer`. */
  @ApiProperty({ example: 'data:audio/wav;base64,…' })
  audio!: string;
}

export class InvisibleCaptchaResponse {
  /** Goes back as `invisibleCaptchaToken`; good once, from 1.5 seconds to five minutes after. */
  @ApiProperty()
  token!: string;

  /** Unix milliseconds. */
  @ApiProperty({ example: 1_767_268_800_000 })
  created!: number;
}
