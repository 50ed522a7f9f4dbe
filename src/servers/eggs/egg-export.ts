import type { ProcessStop } from '../configuration/dto/server-object.dto.js';
import type { EggDetail } from './dto/egg.dto.js';
import type { EggExport } from './dto/egg-export.dto.js';

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
