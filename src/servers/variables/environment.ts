import { badRequest } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { textOf } from '../configuration/egg-template.js';
import { isJson } from '../configuration/process-configuration.js';
import type { EggVariable } from './egg-variable.js';
import { problemWith } from './variable-rules.js';

/** Variables that would change how programs are loaded or shells behave; never taken from anybody. */
const DENIED = new Set([
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'LD_AUDIT',
  'LD_DEBUG',
  'LD_ORIGIN_PATH',
  'SHELL',
  'BASH_ENV',
  'BASH_FUNC_mc',
]);
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const MAXIMUM_VARIABLES = 200;
const MAXIMUM_VALUE = 8_192;

export type Environment = Record<string, string>;

export interface EnvironmentChange {
  readonly variables: readonly EggVariable[];
  /** What the server has now; for a new one the defaults apply. */
  readonly stored: Readonly<Environment>;
  readonly given: unknown;
  /** Staff may set what users may not. */
  readonly isStaff: boolean;
}

/**
 * The environment after a change. What is given replaces the rest, except for the egg's variables that are not the user's
 * to edit: they keep their value. Denied names are dropped; values must follow the rules of their variable.
 * @throws PanelError 400 with every problem.
 */
export function changedEnvironment({ variables, stored, given, isStaff }: EnvironmentChange): Environment {
  const wanted = readGiven(given);
  const declared = new Map(variables.map((variable) => [variable.env_variable, variable]));
  const result: Environment = {};
  const problems: Record<string, string[]> = {};
  for (const variable of variables) {
    const key = variable.env_variable;
    const before = stored[key] ?? variable.default_value;
    const isOpen = isStaff || variable.user_editable;
    result[key] = isOpen ? (wanted.get(key) ?? before) : before;
    // Neither a locked value nor what stands there already is this change's fault.
    const isChange = isOpen && wanted.has(key) && result[key] !== stored[key];
    const problem = isChange ? problemWith(result[key], variable.rules) : undefined;
    if (problem !== undefined) problems[`environment.${key}`] = [`${variable.name} ${problem}`];
  }
  for (const [key, value] of wanted) if (!declared.has(key)) result[key] = value;
  const texts = Object.values(problems).flat();
  if (texts[0] !== undefined) {
    throw badRequest(texts[0], 'servers.invalid_variable', { details: texts.join('; '), fields: problems });
  }
  return result;
}

/** The environment without these variables. */
export const without = (environment: Readonly<Environment>, hidden: readonly string[]): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !hidden.includes(name)));

/** Names and texts of what was sent. */
function readGiven(given: unknown): Map<string, string> {
  const wanted = new Map<string, string>();
  if (given === undefined || given === null) return wanted;
  if (!isJson(given)) throw invalid('environment must be an object of texts');
  const entries = Object.entries(given);
  if (entries.length > MAXIMUM_VARIABLES) throw invalid(`environment may have at most ${MAXIMUM_VARIABLES} variables`);
  for (const [name, value] of entries) {
    if (DENIED.has(name) || name.startsWith('BASH_FUNC_')) continue;
    const text = value === null ? '' : textOf(value);
    if (!NAME.test(name)) throw invalid('environment has a variable with an impossible name');
    if (text === undefined || text.length > MAXIMUM_VALUE || text.includes('\0')) {
      throw invalid(`environment.${name} must be text of at most ${MAXIMUM_VALUE} characters`);
    }
    wanted.set(name, text);
  }
  return wanted;
}

const invalid = (text: string): PanelError => badRequest(text, 'servers.invalid_environment');
