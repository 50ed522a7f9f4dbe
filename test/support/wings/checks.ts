import { isObject } from './types.ts';

/**
 * How a value is judged. `strict` is serde in `rs`: every required key present, exact types. Otherwise the Go way:
 * anything may be missing or null, ranges and formats are not looked at, only wrong JSON types fail.
 */
export interface Judge {
  strict: boolean;
  problems: string[];
}

/** Adds to `judge.problems` whatever is wrong with the value; `undefined` means that the key is missing. */
export type Check = (judge: Judge, path: string, value: unknown) => void;

const UUID = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

function rule(expected: string, goType: (value: unknown) => boolean, exact: (value: unknown) => boolean): Check {
  return (judge, path, value) => {
    if (value === undefined || value === null) {
      if (judge.strict) judge.problems.push(`${path} is ${value === null ? 'null' : 'missing'}, expected ${expected}`);
    } else if (!(judge.strict ? exact : goType)(value)) {
      judge.problems.push(`${path} is ${JSON.stringify(value).slice(0, 60)}, expected ${expected}`);
    }
  };
}

const isText = (value: unknown): boolean => typeof value === 'string';

export const text = rule('a string', isText, isText);
export const uuid = rule('a UUID', isText, isUuid);
export const bool = rule(
  'a boolean',
  (value) => typeof value === 'boolean',
  (value) => typeof value === 'boolean',
);
export const number = rule(
  'a number',
  (value) => typeof value === 'number',
  (value) => typeof value === 'number',
);

export function int(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Check {
  const exact = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return rule('an integer in range', Number.isInteger, exact);
}

export function oneOf(...values: string[]): Check {
  return rule(`one of ${values.join(', ')}`, isText, (value) => values.includes(String(value)));
}

/** The key may be missing, but not null. */
export function optional(check: Check): Check {
  return (judge, path, value) => (value === undefined ? undefined : check(judge, path, value));
}

/** The key must be there and may be null. */
export function nullable(check: Check): Check {
  return (judge, path, value) => (value === null ? undefined : check(judge, path, value));
}

/** The key may be missing or null. */
export function loose(check: Check): Check {
  return optional(nullable(check));
}

/** A field only one family reads. */
export function onlyStrict(check: Check): Check {
  return (judge, path, value) => (judge.strict ? check(judge, path, value) : undefined);
}

export function onlyGo(check: Check): Check {
  return (judge, path, value) => (judge.strict ? undefined : check(judge, path, value));
}

/** Must be present for both families: the Go daemon panics without it. */
export function present(check: Check): Check {
  return (judge, path, value) => {
    if (!judge.strict && (value === undefined || value === null)) judge.problems.push(`${path} is missing`);
    else check(judge, path, value);
  };
}

export function list(item: Check): Check {
  const array = rule('an array', Array.isArray, Array.isArray);
  return (judge, path, value) => {
    array(judge, path, value);
    if (Array.isArray(value)) value.forEach((entry, index) => item(judge, `${path}[${index}]`, entry));
  };
}

export function record(item: Check): Check {
  const object = rule('an object', isObject, isObject);
  return (judge, path, value) => {
    object(judge, path, value);
    if (isObject(value)) for (const [key, entry] of Object.entries(value)) item(judge, `${path}.${key}`, entry);
  };
}

export const anything: Check = () => undefined;

export function shape(fields: Record<string, Check>): Check {
  const object = rule('an object', isObject, isObject);
  return (judge, path, value) => {
    object(judge, path, value);
    if (!isObject(value)) return;
    for (const [key, check] of Object.entries(fields)) check(judge, path === '' ? key : `${path}.${key}`, value[key]);
  };
}

/** An object whose other fields depend on the text in `tag`. */
export function tagged(tag: string, variants: () => Record<string, Check>): Check {
  return (judge, path, value) => {
    const kind = isObject(value) ? value[tag] : undefined;
    const check = typeof kind === 'string' ? variants()[kind] : undefined;
    if (check === undefined) judge.problems.push(`${path}.${tag} is ${JSON.stringify(kind)}, which is unknown`);
    else check(judge, path, value);
  };
}
