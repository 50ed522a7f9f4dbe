import type { ConfigFile, ProcessStartup, ProcessStop } from './dto/server-object.dto.js';
import {
  configsFromFiles,
  isJson,
  normaliseConfigs,
  normaliseStartup,
  normaliseStop,
} from './process-configuration.js';

/** What a server takes from its egg, prepared once for each version of the egg. */
export interface EggTemplate {
  readonly defaults: Readonly<Record<string, string>>;
  readonly denylist: string[];
  readonly startup: ProcessStartup;
  readonly stop: ProcessStop;
  readonly configs: readonly ConfigFile[];
}

export interface EggTemplateRow {
  id: number;
  version: number;
  envVars: unknown;
  configFiles: unknown;
  processConfig: unknown;
  fileDenylist: string[];
}

export function toEggTemplate(row: EggTemplateRow): EggTemplate {
  const process = isJson(row.processConfig) ? row.processConfig : {};
  return {
    defaults: defaultsOf(row.envVars),
    denylist: row.fileDenylist,
    startup: normaliseStartup(process['startup']),
    stop: normaliseStop(process['stop']),
    configs: [...configsFromFiles(row.configFiles), ...normaliseConfigs(process['configs'])],
  };
}

/** Variable to default, as texts. */
export function defaultsOf(variables: unknown): Record<string, string> {
  if (!Array.isArray(variables)) return {};
  const entries = variables.filter(isJson).flatMap((variable): [string, string][] => {
    const { env_variable: name, default_value: value } = variable;
    return typeof name === 'string' && name !== '' ? [[name, textOf(value) ?? '']] : [];
  });
  return Object.fromEntries(entries);
}

/** Daemons want texts only: Go Wings prints numbers with decimals and objects badly. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}
