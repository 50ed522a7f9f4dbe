import type { Check } from './checks.ts';
import {
  anything,
  bool,
  int,
  list,
  loose,
  oneOf,
  onlyGo,
  onlyStrict,
  optional,
  present,
  record,
  shape,
  text,
  uuid,
} from './checks.ts';
import type { Flavour, ServerObject } from './types.ts';
import { schedule } from './validate-schedule.ts';

const strictOptional = (check: Check): Check => onlyStrict(optional(check));
const port = int(1, 65_535);

const allocations = shape({
  force_outgoing_ip: bool,
  default: loose(shape({ ip: text, port })),
  // `rs` turns unparsable mappings into none; `go` needs the right types.
  mappings: onlyGo(record(list(int()))),
});

const build = shape({
  memory_limit: int(),
  overhead_memory: strictOptional(int()),
  swap: int(),
  io_weight: loose(int()),
  cpu_limit: int(),
  disk_space: int(0),
  threads: loose(text),
  oom_disabled: bool,
});

const container = shape({
  image: text,
  timezone: loose(text),
  hugepages_passthrough_enabled: strictOptional(bool),
  kvm_passthrough_enabled: strictOptional(bool),
  seccomp: strictOptional(shape({ remove_allowed: optional(list(text)) })),
});

const settings = shape({
  uuid,
  start_on_completion: onlyStrict(loose(bool)),
  meta: shape({ name: text, description: text }),
  suspended: bool,
  invocation: text,
  skip_egg_scripts: bool,
  entrypoint: onlyStrict(loose(list(text))),
  environment: record(anything),
  labels: optional(record(text)),
  backups: strictOptional(list(uuid)),
  schedules: strictOptional(list(schedule)),
  crash_detection_enabled: onlyGo(bool),
  allocations,
  build,
  mounts: list(shape({ source: text, target: text, read_only: bool })),
  egg: shape({ id: uuid, file_denylist: optional(list(text)) }),
  container,
  auto_kill: strictOptional(shape({ enabled: bool, seconds: int(0) })),
  auto_start_behavior: strictOptional(oneOf('always', 'unless_stopped', 'never')),
});

/** `key` or, on `rs`, its alias; the Go daemon panics without it. */
const replacement: Check = (judge, path, value) => {
  const aliased = judge.strict && typeof value === 'object' && value !== null && 'value' in value;
  shape({
    match: present(text),
    replace_with: aliased ? anything : presentAtAll,
    if_value: loose(text),
    insert_new: strictOptional(bool),
    update_existing: strictOptional(bool),
  })(judge, path, value);
};

const presentAtAll: Check = (judge, path, value) => {
  if (value === undefined) judge.problems.push(`${path} is missing`);
};

const configuration = shape({
  file: present(text),
  parser: present(oneOf('file', 'yaml', 'yml', 'properties', 'ini', 'json', 'xml', 'toml')),
  create_new: strictOptional(bool),
  replace: present(list(replacement)),
});

const processConfiguration = shape({
  startup: shape({
    done: loose(list(text)),
    user_interaction: loose(list(text)),
    strip_ansi: optional(bool),
  }),
  stop: shape({ type: optional(text), value: loose(text) }),
  configs: list(configuration),
});

const server = shape({ uuid: onlyGo(uuid), settings, process_configuration: processConfiguration });

/** Every reason why a daemon of this flavour could not read the server object; none when it is fine. */
export function findServerProblems(value: unknown, flavour: Flavour): string[] {
  const judge = { strict: flavour === 'rs', problems: [] as string[] };
  server(judge, '', value);
  return judge.problems;
}

/** Reads a server object as the flavour would, or throws with all the reasons why it cannot. */
export function parseServer(value: unknown, flavour: Flavour): ServerObject {
  const problems = findServerProblems(value, flavour);
  if (problems.length > 0) throw new Error(`invalid server object: ${problems.join('; ')}`);
  return value as ServerObject;
}

const count = int(0);

/** The `meta` of a page of servers. */
const pageMeta = shape({
  current_page: count,
  last_page: present(count),
  total: onlyStrict(count),
  from: onlyGo(count),
  to: onlyGo(count),
  per_page: onlyGo(count),
});

const page = shape({ data: present(list(anything)), meta: present(pageMeta) });

export interface ServerPage {
  data: unknown[];
  meta: { current_page: number; last_page: number };
}

/** Reads a page of servers, or throws with the reasons why it cannot. */
export function parsePage(value: unknown, flavour: Flavour): ServerPage {
  const judge = { strict: flavour === 'rs', problems: [] as string[] };
  page(judge, '', value);
  if (judge.problems.length > 0) throw new Error(`invalid page of servers: ${judge.problems.join('; ')}`);
  return value as ServerPage;
}
