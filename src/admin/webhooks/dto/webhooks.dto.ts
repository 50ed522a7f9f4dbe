import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';

const EVENT = /^[A-Za-z0-9:_-]{0,127}\*?$/;
const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

/** A new subscription. */
export class CreateWebhookDto {
  /** http or https, to a public address. */
  @Transform(trimmed)
  @IsString()
  @MaxLength(2048)
  @Matches(/^https?:\/\//i, { message: 'url must be an http or https address' })
  @ApiProperty({ example: 'https://hooks.example.com/panel' })
  url!: string;

  /** Actions of the activity log, or their beginnings with `*` behind. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @Matches(EVENT, { each: true, message: 'events must be actions, or their beginnings with * behind' })
  @ApiProperty({ type: [String], example: ['server:*'] })
  events!: string[];

  /** Of everybody, not only of oneself and one's servers: needs `admin:access` and `logs:read`. */
  @IsOptional()
  @IsBoolean()
  panel?: boolean;
}

/** What is absent stays. */
export class UpdateWebhookDto {
  @IsOptional()
  @Transform(trimmed)
  @IsString()
  @MaxLength(2048)
  @Matches(/^https?:\/\//i, { message: 'url must be an http or https address' })
  @ApiPropertyOptional({ example: 'https://hooks.example.com/panel' })
  url?: string;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @Matches(EVENT, { each: true, message: 'events must be actions, or their beginnings with * behind' })
  @ApiPropertyOptional({ type: [String], example: ['server:*'] })
  events?: string[];

  @IsOptional()
  @IsBoolean()
  active?: boolean;
}

export class WebhookResponse {
  id!: number;
  url!: string;

  @ApiProperty({ type: [String] })
  events!: string[];

  /** Of everybody. */
  panel!: boolean;

  active!: boolean;
  createdAt!: Date;
}

/** The secret is shown this once. */
export class WebhookSecretResponse extends WebhookResponse {
  /** Key of the HMAC-SHA256 in the header `x-panel-signature`. */
  secret!: string;
}

export class WebhookDeliveryResponse {
  id!: string;

  /** The same for every attempt and replay, also in the body: by it a receiver knows what it has had. */
  eventId!: string;

  event!: string;

  @ApiProperty({ enum: ['pending', 'delivered', 'failed'] })
  status!: 'pending' | 'delivered' | 'failed';

  attempts!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Of the newest attempt that was answered.' })
  responseStatus!: number | null;

  @ApiProperty({ type: String, nullable: true })
  error!: string | null;

  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  deliveredAt!: Date | null;
}
