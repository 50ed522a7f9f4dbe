import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { NodeResponse, NodeResultResponse } from './node-response.dto.js';

export class NodeCredentialsDto {
  /** Login of the machine; null or empty clears it. */
  @ApiPropertyOptional({ type: String, nullable: true, example: 'root' })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  rootUser?: string | null;

  /** Password of the machine; null or empty clears it. */
  @ApiPropertyOptional({ type: String, nullable: true, example: 'correct horse battery staple' })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  rootPassword?: string | null;
}

class RootCredentialsResponse {
  @ApiPropertyOptional()
  rootUser?: string;

  @ApiPropertyOptional()
  rootPassword?: string;
}

export class NodeCredentialsResponse {
  @ApiProperty({ example: true })
  success!: true;

  @ApiProperty({ type: RootCredentialsResponse })
  credentials!: RootCredentialsResponse;
}

export class NodeTokenResponse {
  @ApiProperty({ description: 'The secret that daemon and panel share.' })
  token!: string;
}

export class GeneratedTokenResponse extends NodeTokenResponse {
  @ApiPropertyOptional({ example: true, description: 'Present when a node was created with the token.' })
  success?: true;

  @ApiPropertyOptional({ type: NodeResponse })
  node?: NodeResponse;
}

export class RotateTokenDto {
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 0,
    maximum: 86_400,
    example: 900,
    description: 'Seconds in which the old token still counts; by default what the installation says.',
  })
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(86_400)
  overlapSeconds?: number;
}

class TokenDelivery {
  @ApiProperty({ description: 'Whether the daemon has taken the new token over.' })
  updated!: boolean;

  @ApiProperty({ description: 'What is left to do.' })
  message!: string;
}

export class RotatedTokenResponse extends NodeResultResponse {
  @ApiPropertyOptional({ description: 'The new secret; only for holders of `nodes:read-creds`.' })
  token?: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: the old one ended at once.' })
  previousValidUntil!: string | null;

  @ApiProperty({ type: TokenDelivery })
  daemon!: TokenDelivery;
}
