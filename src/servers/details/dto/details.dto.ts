import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { ServerAllocationItem } from '../../servers/dto/server.dto.js';

/** Where players reach a server. */
export class ServerNetwork {
  /** Of the default port. */
  @ApiProperty({ type: String, nullable: true })
  ip!: string | null;
  @ApiProperty({ type: Number, nullable: true })
  port!: number | null;
  @ApiProperty({ type: String, nullable: true })
  fqdn!: string | null;
  /** The default port first. */
  @ApiProperty({ type: [ServerAllocationItem] })
  allocations!: ServerAllocationItem[];
}

/** Where a server stands. */
export class ServerLocation {
  /** The name of the node. */
  node!: string;
  @ApiProperty({ type: String, nullable: true })
  fqdn!: string | null;
  /** The name of the place. */
  @ApiProperty({ type: String, nullable: true })
  location!: string | null;
}

/** Which build of its game a server runs. */
export class ServerVersion {
  /** SHA-256 of the program; absent when the node does not know it. */
  @ApiPropertyOptional({ type: String })
  hash?: string;
}

/** Where the console is. */
export class ServerConsoleAddress {
  success!: true;
  /** The route that gives the address and token of the socket. */
  websocket!: string;
}

/** What a server takes from its egg. */
export class ServerEggResponse {
  id!: number;
  name!: string;
  dockerImage!: string;
  /** Label to image. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  dockerImages!: Record<string, string>;
  startup!: string;
  @ApiProperty({ type: [String] })
  features!: string[];
  @ApiProperty({ type: [String] })
  fileDenylist!: string[];
}

/** Which egg a server is to have. */
export class ChangeEggDto {
  /** @example 1 */
  @IsInt({ message: 'eggId is required' })
  @Min(1, { message: 'eggId is required' })
  @Max(2_147_483_647)
  eggId!: number;

  /**
   * Whether to install it at once; the files stay.
   * @example false
   */
  @OptionalField()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean })
  reinstall?: boolean;
}
