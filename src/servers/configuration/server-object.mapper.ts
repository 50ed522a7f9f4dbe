import { textOf } from './egg-template.js';
import type { EggTemplate } from './egg-template.js';
import type {
  ConfigFile,
  ProcessConfiguration,
  ServerAllocations,
  ServerBuild,
  ServerObject,
  ServerSettings,
} from './dto/server-object.dto.js';
import { substitute, withoutSecretPlaceholders } from './placeholders.js';
import type { PlaceholderValues } from './placeholders.js';
import { isJson, normaliseStartup, normaliseStop } from './process-configuration.js';
import type { ConfigurationRow } from './server-configuration.sql.js';

/** A server as its daemon is told about it. */
export function toServerObject(row: ConfigurationRow, egg: EggTemplate): ServerObject {
  const settings = toSettings(row, egg);
  return { uuid: row.uuid, settings, process_configuration: toProcessConfiguration(row, egg, settings) };
}

function toSettings(row: ConfigurationRow, egg: EggTemplate): ServerSettings {
  return {
    uuid: row.uuid,
    start_on_completion: false,
    meta: { name: row.name, description: row.description },
    suspended: row.suspended,
    invocation: withoutSecretPlaceholders(row.startup),
    skip_egg_scripts: row.skipEggScripts,
    entrypoint: null,
    environment: environmentOf(row, egg.defaults),
    labels: {},
    backups: [],
    schedules: [],
    crash_detection_enabled: true,
    allocations: toAllocations(row.allocations),
    build: toBuild(row),
    mounts: row.mounts ?? [],
    egg: { id: eggUuid(row.eggId), file_denylist: egg.denylist },
    container: {
      image: row.dockerImage,
      timezone: null,
      hugepages_passthrough_enabled: false,
      kvm_passthrough_enabled: row.kvmPassthrough,
      seccomp: { remove_allowed: [] },
    },
    auto_kill: { enabled: false, seconds: 0 },
    auto_start_behavior: row.desiredPower ? 'always' : 'unless_stopped',
  };
}

function toBuild(row: ConfigurationRow): ServerBuild {
  return {
    memory_limit: row.memory,
    overhead_memory: 0,
    swap: row.swap,
    io_weight: row.ioWeight,
    cpu_limit: row.cpu,
    disk_space: row.disk,
    threads: null,
    oom_disabled: row.oomDisabled,
  };
}

/** Bindings by address. IPv6 is handled outside Docker and is left out, as in the reference. */
export function toAllocations(rows: ConfigurationRow['allocations']): ServerAllocations {
  const mappings: Record<string, number[]> = {};
  let preferred: ServerAllocations['default'] = null;
  for (const [ip, port, isDefault] of rows ?? []) {
    if (ip.includes(':')) continue;
    (mappings[ip] ??= []).push(port);
    if (isDefault) preferred = { ip, port };
  }
  return { force_outgoing_ip: false, default: preferred, mappings };
}

/** Defaults of the egg, the server's own values over them, and what installation scripts expect to find. */
export function environmentOf(
  row: Pick<ConfigurationRow, 'uuid' | 'environment' | 'nodeName' | 'startup'>,
  defaults: Readonly<Record<string, string>>,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of [
    ...Object.entries(defaults),
    ...Object.entries(isJson(row.environment) ? row.environment : {}),
  ]) {
    const text = textOf(value);
    if (text !== undefined) environment[name] = withoutSecretPlaceholders(text);
  }
  environment['STARTUP'] = withoutSecretPlaceholders(row.startup);
  environment['P_SERVER_UUID'] = row.uuid;
  environment['P_SERVER_LOCATION'] = row.nodeName;
  return environment;
}

/** Daemons want a uuid for the egg; the panel counts them. */
export const eggUuid = (id: number): string => `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`;

function toProcessConfiguration(
  row: ConfigurationRow,
  egg: EggTemplate,
  settings: ServerSettings,
): ProcessConfiguration {
  const own = isJson(row.processConfig) ? row.processConfig : {};
  return {
    startup: own['startup'] === undefined ? egg.startup : normaliseStartup(own['startup']),
    stop: own['stop'] === undefined ? egg.stop : normaliseStop(own['stop']),
    configs: substituteAll(egg.configs, placeholderValues(settings)),
  };
}

function placeholderValues({ environment, build, allocations }: ServerSettings): PlaceholderValues {
  const ip = allocations.default?.ip ?? '';
  const port = String(allocations.default?.port ?? '');
  return {
    environment: { ...environment, SERVER_MEMORY: String(build.memory_limit), SERVER_IP: ip, SERVER_PORT: port },
    build: {
      memory: build.memory_limit,
      memory_limit: build.memory_limit,
      swap: build.swap,
      io: build.io_weight,
      cpu: build.cpu_limit,
      disk: build.disk_space,
      threads: '',
    },
    ip,
    port,
  };
}

function substituteAll(configs: readonly ConfigFile[], values: PlaceholderValues): ConfigFile[] {
  return configs.map(({ file, parser, replace }) => ({
    file: withoutSecretPlaceholders(file),
    parser,
    replace: replace.map((entry) => ({
      ...entry,
      match: withoutSecretPlaceholders(entry.match),
      replace_with:
        typeof entry.replace_with === 'string' ? substitute(entry.replace_with, values) : entry.replace_with,
    })),
  }));
}
