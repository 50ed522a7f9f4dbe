import type {
  ConfigFile,
  ConfigParser,
  ConfigReplacement,
  ProcessStartup,
  ProcessStop,
} from './dto/server-object.dto.js';

const PARSERS = new Set(['file', 'yaml', 'properties', 'ini', 'json', 'xml']);
const SIGNALS = new Set(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGABRT', 'SIGKILL']);
const CONTROL_KEYS: Readonly<Record<string, string>> = {
  '^C': 'SIGINT',
  '^c': 'SIGINT',
  '^X': 'SIGTERM',
  '^\\': 'SIGQUIT',
};

export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textList = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (entry): entry is string => typeof entry === 'string' && entry !== '',
  );

/**
 * When a start is over. Nothing given becomes one blank: an empty list never leaves "starting" on either family of daemons,
 * and a missing one never does on Go Wings.
 */
export function normaliseStartup(value: unknown): ProcessStartup {
  const startup = isJson(value) ? value : {};
  const done = textList(startup['done']);
  return {
    done: done.length === 0 ? [' '] : done,
    user_interaction: textList(startup['user_interaction'] ?? startup['userInteraction']),
    strip_ansi: startup['strip_ansi'] === true,
  };
}

/** How to stop, from `{type, value}` or from the plain text of an egg export (`stop`, `^C`, `SIGTERM`). */
export function normaliseStop(value: unknown): ProcessStop {
  if (typeof value === 'string') return stopFromText(value);
  if (!isJson(value)) return { type: 'command', value: 'stop' };
  const text = typeof value['value'] === 'string' ? value['value'] : '';
  switch (value['type']) {
    case 'signal':
      return { type: 'signal', value: SIGNALS.has(text) ? text : 'SIGKILL' };
    case 'kill':
      return { type: 'signal', value: 'SIGKILL' };
    case 'stop':
      return { type: 'stop', value: '' };
    default:
      return stopFromText(text);
  }
}

function stopFromText(text: string): ProcessStop {
  const signal = CONTROL_KEYS[text] ?? (SIGNALS.has(text) ? text : undefined);
  if (signal !== undefined) return { type: 'signal', value: signal };
  return text === '' ? { type: 'command', value: 'stop' } : { type: 'command', value: text };
}

/** The parser in the one spelling that both families know, or undefined: wings-rs drops a server with any other. */
export function parserOf(value: unknown): ConfigParser | undefined {
  const name = value === 'yml' ? 'yaml' : value;
  return typeof name === 'string' && PARSERS.has(name) ? (name as ConfigParser) : undefined;
}

/** `config.files` of an egg export (file to `{parser, find}`) as daemons want it; what they could not read is left out. */
export function configsFromFiles(files: unknown): ConfigFile[] {
  if (!isJson(files)) return [];
  return Object.entries(files).flatMap(([file, definition]) => {
    const parser = isJson(definition) ? parserOf(definition['parser']) : undefined;
    if (parser === undefined || file === '' || !isJson(definition)) return [];
    return [{ file, parser, replace: replacementsOf(definition['find']) }];
  });
}

/** `{key: value}` and `{key: {present value: value}}`; the second form applies only to that present value. */
function replacementsOf(find: unknown): ConfigReplacement[] {
  if (!isJson(find)) return [];
  return Object.entries(find).flatMap(([match, value]): ConfigReplacement[] => {
    if (isScalar(value)) return [{ match, replace_with: value }];
    if (!isJson(value)) return [];
    return Object.entries(value).flatMap(([ifValue, replacement]) =>
      isScalar(replacement) ? [{ match, replace_with: replacement, if_value: ifValue }] : [],
    );
  });
}

/** Entries that are stored in the daemon's own form already; incomplete ones would make Go Wings panic. */
export function normaliseConfigs(configs: unknown): ConfigFile[] {
  if (!Array.isArray(configs)) return [];
  return configs.filter(isJson).flatMap((entry) => {
    const { file, replace } = entry;
    const parser = parserOf(entry['parser']);
    if (typeof file !== 'string' || file === '' || parser === undefined || !Array.isArray(replace)) return [];
    return [{ file, parser, replace: replace.filter(isJson).flatMap(normaliseReplacement) }];
  });
}

function normaliseReplacement(entry: Json): ConfigReplacement[] {
  const { match, if_value: ifValue } = entry;
  const replacement = entry['replace_with'] ?? entry['value'];
  if (typeof match !== 'string' || !isScalar(replacement)) return [];
  return [{ match, replace_with: replacement, ...(typeof ifValue === 'string' && { if_value: ifValue }) }];
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
