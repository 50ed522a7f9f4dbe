import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
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

export class RotatedTokenResponse extends NodeResultResponse {
  @ApiProperty({ description: 'The new secret; the old one is refused from now on.' })
  token!: string;
}
