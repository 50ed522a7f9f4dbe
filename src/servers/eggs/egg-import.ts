import { DEFAULT_INSTALL_IMAGE } from '../configuration/install-script.js';
import { isJson, normaliseStartup, normaliseStop } from '../configuration/process-configuration.js';
import type { Json } from '../configuration/process-configuration.js';
import { invalidEgg, read } from './egg-definition.js';
import type { EggDefinition } from './egg-definition.js';

export type ImportedEgg = EggDefinition & { rootless: boolean; requiresKvm: boolean; visible: true };

const VERSIONS = new Set(['PTDL_v1', 'PTDL_v2', 'PLCN_v1', 'PLCN_v2', 'PLCN_v3']);

/**
 * Reads an egg export of Pterodactyl (PTDL_v1, PTDL_v2) or Pelican (PLCN). Nothing of it is trusted.
 * @throws PanelError 400 with the field and what is wrong with it.
 */
export function importEgg(file: unknown): ImportedEgg {
  if (!isJson(file)) throw invalidEgg('The egg must be a JSON object');
  const meta = isJson(file['meta']) ? file['meta'] : {};
  const version = meta['version'] ?? 'PTDL_v1';
  if (typeof version !== 'string' || !VERSIONS.has(version)) throw invalidEgg('The egg is of an unknown version');
  const images = imagesOf(file);
  const [dockerImage] = Object.values(images);
  if (dockerImage === undefined) throw invalidEgg('Egg JSON does not contain a docker image');
  const config = isJson(file['config']) ? file['config'] : {};
  return {
    name: read.optionalText(file['name'], 'name', 191) ?? 'Imported Egg',
    description: read.optionalText(file['description'], 'description'),
    author: read.optionalText(file['author'], 'author', 191),
    updateUrl: read.url(meta['update_url']),
    // The first is the default, as in the panels that wrote the file.
    dockerImage,
    dockerImages: images,
    startup: startupOf(file),
    envVars: read.variables(file['variables'] ?? file['env']),
    configFiles: read.configFiles(decoded(config['files'], 'config.files')),
    processConfig: processOf(config),
    installScript: installScriptOf(file),
    features: read.texts(file['features'], 'features'),
    fileDenylist: read.texts(file['file_denylist'], 'file_denylist').filter((pattern) => pattern !== ''),
    allowedPortals: [],
    rootless: (meta['rootless'] ?? file['rootless']) === true,
    requiresKvm: (file['requires_kvm'] ?? file['requiresKvm']) === true,
    visible: true,
  };
}

/** v2: label to image; v1: one image, or a list of them. */
function imagesOf(file: Json): Record<string, string> {
  const images = file['docker_images'] ?? file['images'] ?? file['image'] ?? file['docker_image'];
  if (typeof images === 'string' && images !== '') return read.images({ [images]: images });
  if (Array.isArray(images)) return read.images(Object.fromEntries(images.map((image) => [String(image), image])));
  return read.images(images);
}

/** Pelican's newer exports name several commands; the first is the default. */
function startupOf(file: Json): string {
  const commands = file['startup_commands'];
  if (file['startup'] === undefined && isJson(commands)) return read.startup(Object.values(commands)[0]);
  return read.startup(file['startup']);
}

function processOf(config: Json): EggDefinition['processConfig'] {
  const logs = decoded(config['logs'], 'config.logs');
  const configs = isJson(logs) && Array.isArray(logs['custom']) ? logs['custom'] : [];
  return {
    ...read.processConfig({ configs }),
    startup: normaliseStartup(decoded(config['startup'], 'config.startup')),
    stop: normaliseStop(read.optionalText(config['stop'], 'config.stop', 500) ?? ''),
  };
}

function installScriptOf(file: Json): EggDefinition['installScript'] {
  const scripts = isJson(file['scripts']) ? file['scripts'] : {};
  return read.installScript(scripts['installation'], { container: DEFAULT_INSTALL_IMAGE, entrypoint: 'bash' });
}

/** Exports hold these parts as JSON inside a text. */
function decoded(value: unknown, field: string): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value === '' ? undefined : value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw invalidEgg(`${field} must be JSON`);
  }
}
