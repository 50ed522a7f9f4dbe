import { ApiProperty } from '@nestjs/swagger';
import type { ProcessStop } from '../configuration/dto/server-object.dto.js';
import type { EggDetail } from './dto/egg.dto.js';

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

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  variables!: EggDetail['envVars'];
}

const KEY_OF_SIGNAL: Readonly<Record<string, string>> = { SIGINT: '^C', SIGQUIT: '^\\' };

/** PTDL_v2. What the format cannot say (portals, visibility) is left out. */
export function exportEgg(egg: EggDetail): EggExport {
  const { startup, stop, configs } = egg.processConfig;
  return {
    meta: { version: 'PTDL_v2', update_url: egg.updateUrl },
    exported_at: new Date().toISOString(),
    name: egg.name,
    author: egg.author,
    description: egg.description,
    features: egg.features.length === 0 ? null : egg.features,
    docker_images:
      Object.keys(egg.dockerImages).length === 0 ? { [egg.dockerImage]: egg.dockerImage } : egg.dockerImages,
    file_denylist: egg.fileDenylist,
    startup: egg.startup,
    config: {
      files: JSON.stringify(egg.configFiles, null, 4),
      startup: JSON.stringify(startup.done.length === 1 ? { ...startup, done: startup.done[0] } : startup, null, 4),
      logs: JSON.stringify(configs.length === 0 ? {} : { custom: configs }),
      stop: stopText(stop),
    },
    scripts: {
      installation: egg.installScript ?? { script: '', container: '', entrypoint: 'bash' },
    },
    variables: egg.envVars,
  };
}

function stopText({ type, value }: ProcessStop): string {
  return type === 'signal' ? (KEY_OF_SIGNAL[value] ?? value) : value;
}
