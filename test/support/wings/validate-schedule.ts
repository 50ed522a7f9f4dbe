import type { Check } from './checks.ts';
import { bool, int, list, loose, nullable, number, oneOf, optional, shape, tagged, text, uuid } from './checks.ts';
import { isObject } from './types.ts';

const variable = shape({ variable: text });
const maybeVariable = optional(variable);
const nullableVariable = nullable(variable);

/** A text, or the name of a schedule variable. */
const parameter: Check = (judge, path, value) =>
  isObject(value) ? variable(judge, path, value) : text(judge, path, value);

const power = oneOf('start', 'stop', 'restart', 'kill');
const state = oneOf('offline', 'starting', 'running', 'stopping');
const metric = oneOf('cpu', 'memory', 'disk');
const comparator = oneOf('smaller_than', 'smaller_than_or_equals', 'equal', 'greater_than', 'greater_than_or_equals');
const archive = oneOf('tar', 'tar_gz', 'tar_xz', 'tar_lzip', 'tar_bz2', 'tar_lz4', 'tar_zstd', 'zip', 'seven_zip');
const none = shape({});
const files = list(text);
const moves = list(shape({ from: text, to: text }));
const group = { backup_group_uuid: loose(uuid) };

const trigger = tagged('type', () => ({
  cron: shape({ schedule: text }),
  power_action: shape({ action: power }),
  server_state: shape({ state }),
  backup_status: shape({ status: oneOf('starting', 'finished', 'failed') }),
  schedule_completion: shape({ schedule: uuid, successful: bool }),
  resource_usage: shape({ metric, comparator, value: number, for_seconds: optional(int(0)) }),
  console_line: shape({ contains: text, case_insensitive: optional(bool), output_into: nullableVariable }),
  crash: none,
}));

const condition: Check = tagged('type', () => ({
  none,
  and: shape({ conditions: list(condition) }),
  or: shape({ conditions: list(condition) }),
  not: shape({ condition }),
  server_state: shape({ state }),
  uptime: shape({ comparator, value: int(0) }),
  resource_usage: shape({ metric, comparator, value: number }),
  file_exists: shape({ file: text }),
  variable_exists: shape({ variable }),
  variable_equals: shape({ variable, equals: parameter }),
  variable_contains: shape({ variable, contains: parameter }),
  variable_starts_with: shape({ variable, starts_with: parameter }),
  variable_ends_with: shape({ variable, ends_with: parameter }),
}));

const selection = tagged('mode', () => ({
  latest: shape(group),
  oldest: shape(group),
  uuid: shape({ uuid: parameter }),
  name: shape({ name: parameter, oldest: optional(bool), ...group }),
}));

/** Step fields that most steps share. */
const must = { ignore_failure: bool };
const may = { ignore_failure: optional(bool) };
const rooted = { ...must, foreground: bool, root: parameter };

/** Steps that steer the schedule or the server. */
const flow: Record<string, Check> = {
  sleep: shape({ duration: int(0) }),
  ensure: shape({ condition }),
  if: shape({ condition }),
  else_if: shape({ condition }),
  else: none,
  end_if: none,
  exit: shape({ successful: bool }),
  format: shape({ format: text, output_into: variable }),
  match_regex: shape({ input: parameter, regex: text, output_into: list(nullableVariable) }),
  wait_for_console_line: shape({
    ...must,
    contains: parameter,
    case_insensitive: optional(bool),
    timeout: int(0),
    output_into: nullableVariable,
  }),
  wait_for_state: shape({ ...must, state, timeout: int(0) }),
  send_power: shape({ ...must, action: power }),
  send_command: shape({ ...must, command: parameter }),
  create_backup: shape({
    ...must,
    ...group,
    foreground: bool,
    name: nullable(parameter),
    ignored_files: files,
    output_into: maybeVariable,
  }),
};

/** Steps that work on backups and files. */
const storage: Record<string, Check> = {
  restore_backup: shape({ ...must, truncate_directory: bool, restore_startup: optional(bool), backup: selection }),
  delete_backup: shape({ ...may, backup: selection }),
  move_backup: shape({ ...may, ...group, backup: selection }),
  create_directory: shape({ ...must, root: parameter, name: parameter }),
  write_file: shape({ ...must, append: bool, file: parameter, content: parameter }),
  copy_file: shape({ ...must, foreground: bool, file: parameter, destination: parameter }),
  delete_files: shape({ ...may, root: parameter, files }),
  rename_files: shape({ ...may, root: parameter, files: moves }),
  compress_files: shape({ ...rooted, files, format: archive, name: parameter }),
  decompress_file: shape({ ...rooted, file: parameter }),
};

/** Steps that change the startup or call the web. */
const outside: Record<string, Check> = {
  update_startup_variable: shape({ ...must, env_variable: parameter, value: parameter }),
  update_startup_command: shape({ ...must, command: parameter }),
  update_startup_docker_image: shape({ ...must, image: parameter }),
  http_request: shape({
    ...must,
    method: oneOf('get', 'post', 'put', 'patch', 'delete', 'head'),
    url: text,
    headers: optional(list(shape({ name: text, value: parameter }))),
    body: loose(parameter),
    timeout: int(0),
    ignore_error_status: optional(bool),
    output_status_into: maybeVariable,
    output_body_into: maybeVariable,
  }),
};

const action = tagged('type', () => ({ ...flow, ...storage, ...outside }));

const identified = shape({ uuid });

/** A schedule of `settings.schedules`, as `rs` parses it. */
export const schedule = shape({
  uuid,
  triggers: list(trigger),
  condition,
  actions: list((judge, path, value) => {
    identified(judge, path, value);
    action(judge, path, value);
  }),
});
