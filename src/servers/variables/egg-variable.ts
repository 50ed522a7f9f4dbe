import { textOf } from '../configuration/egg-template.js';
import { isJson } from '../configuration/process-configuration.js';

/** A variable that an egg declares. */
export interface EggVariable {
  readonly name: string;
  readonly description: string;
  readonly env_variable: string;
  readonly default_value: string;
  readonly user_viewable: boolean;
  readonly user_editable: boolean;
  /** Rules in the notation of egg exports, `required|string|max:20`. */
  readonly rules: string;
  readonly field_type: string;
}

/** Reads "Egg"."envVars". */
export function eggVariables(stored: unknown): EggVariable[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter(isJson).flatMap((variable) => {
    const key = variable['env_variable'];
    if (typeof key !== 'string' || key === '') return [];
    return [
      {
        name: textOf(variable['name']) ?? key,
        description: textOf(variable['description']) ?? '',
        env_variable: key,
        default_value: textOf(variable['default_value']) ?? '',
        user_viewable: variable['user_viewable'] !== false,
        user_editable: variable['user_editable'] !== false,
        rules: rulesText(variable['rules']),
        field_type: textOf(variable['field_type']) ?? 'text',
      },
    ];
  });
}

const rulesText = (rules: unknown): string =>
  Array.isArray(rules) ? rules.filter((rule) => typeof rule === 'string').join('|') : (textOf(rules) ?? '');

/** Names of variables that only staff may see. */
export const hiddenNames = (variables: readonly EggVariable[]): string[] =>
  variables.filter((variable) => !variable.user_viewable).map((variable) => variable.env_variable);
