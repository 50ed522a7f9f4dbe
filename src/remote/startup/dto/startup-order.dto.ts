import { IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { OptionalField } from '../../../common/validation/optional-field.js';

/** Which schedule wants it; null when it is not known. */
class ScheduledChange {
  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true })
  @OptionalField()
  @IsUUID()
  schedule_uuid?: string;
}

/** A new value of a variable of the egg. */
export class VariableOrder extends ScheduledChange {
  /** @example 'SERVER_JARFILE' */
  @IsString()
  @MaxLength(100)
  env_variable!: string;

  /** @example 'server.jar' */
  @IsString()
  @MaxLength(8_192)
  value!: string;
}

/** Another command that starts the server. */
export class CommandOrder extends ScheduledChange {
  /** @example 'java -jar {{SERVER_JARFILE}}' */
  @IsString()
  @MaxLength(8_192)
  command!: string;
}

/** Another image that the server runs in. */
export class ImageOrder extends ScheduledChange {
  /** @example 'ghcr.io/example/java:21' */
  @IsString()
  @MaxLength(191)
  @Matches(/^~?[A-Za-z0-9][\w./:@-]*$/, { message: 'image must be the name of an image' })
  image!: string;
}
