import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

export class ExternalProviderResponse {
  /** In the paths of this panel. */
  @ApiProperty({ example: 'github' })
  id!: string;

  @ApiProperty({ example: 'GitHub' })
  name!: string;
}

/** What a provider's redirect brings back. */
export class ExternalCallbackQuery {
  @OptionalField()
  @IsString()
  @MaxLength(4_096)
  @ApiPropertyOptional({ description: 'One-time code of the provider.' })
  code?: string;

  @OptionalField()
  @IsString()
  @MaxLength(256)
  @ApiPropertyOptional({ description: 'As the panel sent it.' })
  state?: string;

  @OptionalField()
  @IsString()
  @MaxLength(256)
  @ApiPropertyOptional({ description: 'Set instead of the code when the person or the provider refused.' })
  error?: string;

  @OptionalField()
  @IsString()
  @MaxLength(512)
  @ApiPropertyOptional({ description: 'Issuer (RFC 9207).' })
  iss?: string;
}

export class ExternalIdentityResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Null when the provider is not configured any more.' })
  provider!: string | null;

  @ApiProperty({ example: 'GitHub' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, description: 'As the provider told it last.' })
  email!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastUsedAt!: Date | null;
}
