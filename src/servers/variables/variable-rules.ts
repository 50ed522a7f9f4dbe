import { createContext, Script } from 'node:vm';
import ipaddr from 'ipaddr.js';

/** Rules come from eggs, values from customers: a pattern that backtracks for ever is stopped after this time. */
const PATTERN_LIMIT_MS = 25;

type Check = (value: string, argument: string, isNumber: boolean) => string | undefined;

const parts = (argument: string): string[] => argument.split(',').map((part) => part.trim());
const size = (value: string, isNumber: boolean): number => (isNumber ? Number(value) : [...value].length);
const fails = (condition: boolean, text: string): string | undefined => (condition ? text : undefined);
const matches =
  (pattern: RegExp, text: string): Check =>
  (value) =>
    fails(!pattern.test(value), text);

const isWhole = matches(/^[+-]?\d{1,15}$/, 'must be a whole number');
const isBoolean = matches(/^(0|1|true|false)$/, 'must be 0, 1, true or false');

/** Rules of egg variables that mean something for a text; others are ignored. */
const CHECKS: Readonly<Record<string, Check>> = {
  integer: isWhole,
  int: isWhole,
  numeric: matches(/^[+-]?\d{1,15}(\.\d{1,15})?$/, 'must be a number'),
  boolean: isBoolean,
  bool: isBoolean,
  alpha: matches(/^\p{L}*$/u, 'may contain only letters'),
  alpha_num: matches(/^[\p{L}\p{N}]*$/u, 'may contain only letters and digits'),
  alpha_dash: matches(/^[\p{L}\p{N}_-]*$/u, 'may contain only letters, digits, dashes and underscores'),
  url: (value) => fails(!URL.canParse(value), 'must be an address'),
  ip: (value) => fails(!ipaddr.isValid(value), 'must be an IP address'),
  max: (value, limit, isNumber) => fails(size(value, isNumber) > Number(limit), `may be at most ${limit}`),
  min: (value, limit, isNumber) => fails(size(value, isNumber) < Number(limit), `must be at least ${limit}`),
  size: (value, wanted, isNumber) => fails(size(value, isNumber) !== Number(wanted), `must be exactly ${wanted}`),
  between: (value, argument, isNumber) => {
    const [low = '', high = ''] = parts(argument);
    const actual = size(value, isNumber);
    return fails(actual < Number(low) || actual > Number(high), `must be between ${low} and ${high}`);
  },
  digits: (value, count) => fails(!/^\d+$/.test(value) || value.length !== Number(count), `must have ${count} digits`),
  digits_between: (value, argument) => {
    const [low = '', high = ''] = parts(argument);
    const isFine = /^\d+$/.test(value) && value.length >= Number(low) && value.length <= Number(high);
    return fails(!isFine, `must have ${low} to ${high} digits`);
  },
  in: (value, argument) => fails(!parts(argument).includes(value), `must be one of ${argument}`),
  not_in: (value, argument) => fails(parts(argument).includes(value), `must not be one of ${argument}`),
  starts_with: (value, argument) =>
    fails(!parts(argument).some((start) => value.startsWith(start)), `must begin with ${argument}`),
  ends_with: (value, argument) =>
    fails(!parts(argument).some((end) => value.endsWith(end)), `must end with ${argument}`),
  regex: (value, pattern) => fails(!matchesPattern(value, pattern), 'has a form that is not allowed'),
  not_regex: (value, pattern) => fails(matchesPattern(value, pattern), 'has a form that is not allowed'),
};

const NUMBERS = new Set(['integer', 'int', 'numeric']);

/** What is wrong with a value under the rules of an egg variable, as the end of a sentence; undefined when it is fine. */
export function problemWith(value: string, rules: string): string | undefined {
  const list = splitRules(rules);
  if (value === '') return list.some(({ name }) => name === 'required') ? 'is required' : undefined;
  const isNumber = list.some(({ name }) => NUMBERS.has(name));
  for (const { name, argument } of list) {
    const problem = Object.hasOwn(CHECKS, name) ? CHECKS[name]?.(value, argument, isNumber) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** `required|regex:/a|b/|max:5`: a pattern may hold the separator, and then is one rule up to its closing slash. */
function splitRules(rules: string): { name: string; argument: string }[] {
  const found = rules.match(/(?:not_)?regex:(.)(?:\\.|(?!\1).)*\1[a-z]*|[^|]+/gs) ?? [];
  return found.map((rule) => {
    const colon = rule.indexOf(':');
    const name = (colon === -1 ? rule : rule.slice(0, colon)).trim().toLowerCase();
    return { name, argument: colon === -1 ? '' : rule.slice(colon + 1).trim() };
  });
}

const context = createContext(Object.create(null) as object, { codeGeneration: { strings: false, wasm: false } });

/** A pattern that cannot be read forbids nothing; one that takes too long matches nothing. */
function matchesPattern(value: string, delimited: string): boolean {
  const pattern = compile(delimited);
  if (pattern === undefined) return true;
  try {
    // In a context of its own only because that is how a running pattern can be stopped.
    const code = `new RegExp(${literal(pattern.source)}, ${literal(pattern.flags)}).test(${literal(value)})`;
    return new Script(code).runInContext(context, { timeout: PATTERN_LIMIT_MS }) === true;
  } catch {
    return false;
  }
}

/** JSON is a literal of the language but for two line separators, which today's language allows too. */
const literal = (text: string): string => JSON.stringify(text);

function compile(delimited: string): RegExp | undefined {
  const match = /^(.)(.*)\1([a-z]*)$/s.exec(delimited);
  const [source, flags] = match === null ? [delimited, ''] : [match[2] ?? '', match[3] ?? ''];
  try {
    return new RegExp(source, [...flags].filter((flag) => 'imsu'.includes(flag)).join(''));
  } catch {
    return undefined;
  }
}
