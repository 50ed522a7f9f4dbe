import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsInt, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

const MAX_ID = 2_147_483_647;

/** A folder of nodes that servers can see. */
export class WriteMountDto {
  /** @example 'Map collection' */
  @IsString()
  @Length(1, 191)
  name!: string;

  /** @example 'Maps that every server of the network shares.' */
  @OptionalField()
  @IsString()
  @MaxLength(2000)
  @ApiPropertyOptional({ type: String, maxLength: 2000 })
  description?: string;

  /**
   * The folder on the nodes; within one of those that `MOUNT_SOURCES` lists.
   * @example '/srv/mounts/maps'
   */
  @IsString()
  @Length(2, 255)
  source!: string;

  /**
   * Where servers see it.
   * @example '/home/container/maps'
   */
  @IsString()
  @Length(2, 255)
  target!: string;

  /** @example true */
  @OptionalField()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean })
  read_only?: boolean;

  /**
   * Ids of the eggs whose servers may have it; none: of any egg.
   * @example []
   */
  @OptionalField()
  @IsArray()
  @ArrayMaxSize(500)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(MAX_ID, { each: true })
  @ApiPropertyOptional({ type: [Number] })
  allowed_eggs?: number[];
}

/** Whatever of it is to change. */
export class UpdateMountDto extends PartialType(WriteMountDto) {}

/** Which mount a server is to see. */
export class AttachMountDto {
  /** @example 1 */
  @IsInt({ message: 'mountId is required' })
  @Min(1, { message: 'mountId is required' })
  @Max(MAX_ID)
  mountId!: number;
}

/** A mount; `source` is empty for those who do not administrate it. */
export class MountResponse {
  id!: number;
  name!: string;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
  source!: string;
  target!: string;
  read_only!: boolean;
  /** Empty: servers of any egg. */
  @ApiProperty({ type: [Number] })
  allowed_eggs!: number[];
  createdAt!: string;
  updatedAt!: string;
}

/** A server that sees a mount. */
export class ServerMountResponse {
  id!: number;
  serverUuid!: string;
  mountId!: number;
  createdAt!: string;
}
