import { badRequest } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { ConfigFile, ProcessStartup, ProcessStop } from '../configuration/dto/server-object.dto.js';
import { textOf } from '../configuration/egg-template.js';
import {
  isJson,
  normaliseConfigs,
  normaliseStartup,
  normaliseStop,
  parserOf,
} from '../configuration/process-configuration.js';
import type { EggVariable } from '../variables/egg-variable.js';

/** An egg as it is stored: checked, bounded, in one form whatever it came from. */
export interface EggDefinition {
  name: string;
  description: string | null;
  author: string | null;
  dockerImage: string;
  dockerImages: Record<string, string>;
  startup: string;
  envVars: EggVariable[];
  configFiles: Record<string, { parser: string; find: Record<string, unknown> }>;
  processConfig: { startup: ProcessStartup; stop: ProcessStop; configs: ConfigFile[] };
  installScript: { script: string; container: string; entrypoint: string } | null;
  features: string[];
  fileDenylist: string[];
  allowedPortals: string[];
  updateUrl: string | null;
}

const SIZES = { short: 191, text: 10_000, startup: 8_192, script: 262_144, json: 262_144 } as const;
const IMAGE = /^~?[A-Za-z0-9][\w./:@-]{0,190}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const PORTALS = new Set(['free', 'paid', 'educational', 'enterprise']);
/** Set by the panel and the daemons; an egg that declares them would be ignored or break. */
const RESERVED = new Set([
  'STARTUP',
  'SERVER_MEMORY',
  'SERVER_IP',
  'SERVER_PORT',
  'P_SERVER_UUID',
  'P_SERVER_LOCATION',
]);

export const invalidEgg = (text: string): PanelError => badRequest(text, 'eggs.invalid');

/** Readers of single fields. Each throws 400 with the field's name; stored content must never surprise later. */
export const read = {
  text(value: unknown, field: string, maximum: number = SIZES.short): string {
    if (typeof value !== 'string' || value.trim() === '') throw invalidEgg(`${field} must be text`);
    return bounded(value, field, maximum).trim();
  },

  optionalText(value: unknown, field: string, maximum: number = SIZES.text): string | null {
    if (value === undefined || value === null || value === '') return null;
    return read.text(value, field, maximum);
  },

  startup: (value: unknown): string => read.text(value, 'startup', SIZES.startup),

  image(value: unknown, field: string): string {
    const image = read.text(value, field);
    if (!IMAGE.test(image)) throw invalidEgg(`${field} must be the name of a docker image`);
    return image;
  },

  images(value: unknown): Record<string, string> {
    if (value === undefined || value === null) return {};
    if (!isJson(value)) throw invalidEgg('dockerImages must map labels to images');
    const entries = Object.entries(value);
    if (entries.length > 50) throw invalidEgg('dockerImages has too many entries');
    return Object.fromEntries(
      entries.map(([label, image]) => [bounded(label, 'dockerImages', SIZES.short), read.image(image, 'dockerImages')]),
    );
  },

  texts(value: unknown, field: string): string[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value) || value.length > 200) throw invalidEgg(`${field} must be a list of at most 200 texts`);
    return value.map((entry) => read.text(entry, field, SIZES.short));
  },

  portals(value: unknown): string[] {
    const portals = read.texts(value, 'allowedPortals');
    if (portals.some((portal) => !PORTALS.has(portal))) throw invalidEgg('allowedPortals has an unknown portal');
    return portals;
  },

  url(value: unknown): string | null {
    const text = read.optionalText(value, 'updateUrl', 2_048);
    if (text !== null && (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))) {
      throw invalidEgg('updateUrl must be an http or https address');
    }
    return text;
  },

  variables(value: unknown): EggVariable[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value) || value.length > 200)
      throw invalidEgg('variables must be a list of at most 200 entries');
    const variables = value.map(readVariable);
    const names = new Set(variables.map((variable) => variable.env_variable));
    if (names.size < variables.length) throw invalidEgg('variables declare a name twice');
    return variables;
  },

  configFiles(value: unknown): EggDefinition['configFiles'] {
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return {};
    if (!isJson(value)) throw invalidEgg('config.files must map files to {parser, find}');
    boundedJson(value, 'config.files');
    return Object.fromEntries(Object.entries(value).map(([file, entry]) => [readPath(file), readConfigFile(entry)]));
  },

  processConfig(value: unknown): EggDefinition['processConfig'] {
    const given = isJson(value) ? value : {};
    boundedJson(given, 'processConfig');
    return {
      startup: normaliseStartup(given['startup']),
      stop: normaliseStop(given['stop']),
      configs: normaliseConfigs(given['configs']),
    };
  },

  installScript(value: unknown, defaults: { container: string; entrypoint: string }): EggDefinition['installScript'] {
    if (!isJson(value)) return null;
    const script = read.optionalText(value['script'], 'script', SIZES.script);
    if (script === null) return null;
    const entrypoint = read.optionalText(value['entrypoint'], 'entrypoint', SIZES.short) ?? defaults.entrypoint;
    const container = read.optionalText(value['container'], 'container', SIZES.short) ?? defaults.container;
    return { script: script.replace(/\r\n?/g, '\n'), container: read.image(container, 'container'), entrypoint };
  },
};

function readVariable(value: unknown): EggVariable {
  // Old rows hold `KEY=value`.
  if (typeof value === 'string') {
    const [key = '', ...rest] = value.split('=');
    return readVariable({ name: key, env_variable: key, default_value: rest.join('=') });
  }
  if (!isJson(value)) throw invalidEgg('variables must be objects');
  const key = value['env_variable'] ?? value['key'];
  if (typeof key !== 'string' || !VARIABLE.test(key)) throw invalidEgg('variables has an impossible env_variable');
  if (RESERVED.has(key)) throw invalidEgg(`variables must not declare ${key}, which the panel sets`);
  const rules = value['rules'];
  const text = (field: string, fallback: string, maximum: number): string =>
    bounded(textOf(value[field]) ?? fallback, `variables.${field}`, maximum);
  return {
    name: text('name', key, SIZES.short),
    description: text('description', '', SIZES.text),
    env_variable: key,
    default_value: bounded(
      textOf(value['default_value'] ?? value['defaultValue']) ?? '',
      'variables.default_value',
      8_192,
    ),
    user_viewable: isTrue(value['user_viewable'], true),
    user_editable: isTrue(value['user_editable'], true),
    rules: bounded(
      Array.isArray(rules) ? rules.map(String).join('|') : (textOf(rules) ?? ''),
      'variables.rules',
      2_000,
    ),
    field_type: text('field_type', 'text', 32),
  };
}

function readConfigFile(value: unknown): { parser: string; find: Record<string, unknown> } {
  const parser = isJson(value) ? parserOf(value['parser']) : undefined;
  if (!isJson(value) || parser === undefined) throw invalidEgg('config.files has a file with an unknown parser');
  const find = value['find'];
  return { parser, find: isJson(find) ? { ...find } : {} };
}

/** A file of the server: relative, and not above its folder. */
function readPath(file: string): string {
  const isInside = file !== '' && !file.includes('\0') && !file.split(/[\\/]/).includes('..');
  if (!isInside) throw invalidEgg('config.files has an impossible file name');
  return bounded(file, 'config.files', SIZES.short);
}

const isTrue = (value: unknown, fallback: boolean): boolean =>
  value === undefined || value === null ? fallback : value === true || value === 1 || value === '1' || value === 'true';

function bounded(text: string, field: string, maximum: number): string {
  if (text.length > maximum) throw invalidEgg(`${field} may have at most ${maximum} characters`);
  if (text.includes('\0')) throw invalidEgg(`${field} must not contain NUL characters`);
  return text;
}

function boundedJson(value: object, field: string): void {
  const text = JSON.stringify(value);
  if (text.length > SIZES.json) throw invalidEgg(`${field} is too large`);
  if (text.includes('\\u0000')) throw invalidEgg(`${field} must not contain NUL characters`);
}
