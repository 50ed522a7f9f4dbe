import { ApiProperty } from '@nestjs/swagger';
import { StartupVariable } from '../../startup/dto/startup.dto.js';

/** Format and source of an export. */
export class EggExportMeta {
  /** @example 'PTDL_v2' */
  version!: string;

  @ApiProperty({ type: String, nullable: true })
  update_url!: string | null;
}

/** An egg in the form that other panels import. */
export class EggExport {
  meta!: EggExportMeta;

  @ApiProperty({ type: String, format: 'date-time' })
  exported_at!: string;

  name!: string;

  @ApiProperty({ type: String, nullable: true })
  author!: string | null;

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ type: [String], nullable: true })
  features!: string[] | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  docker_images!: Record<string, string>;

  file_denylist!: string[];
  startup!: string;

  /** `files`, `startup` and `logs` are JSON inside texts, as the format wants it. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  config!: { files: string; startup: string; logs: string; stop: string };

  @ApiProperty({ type: 'object', additionalProperties: true })
  scripts!: { installation: { script: string; container: string; entrypoint: string } };

  @ApiProperty({ type: [StartupVariable] })
  variables!: StartupVariable[];
}
