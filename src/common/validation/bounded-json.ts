/** The most that is kept of one value, in bytes of JSON. */
const MAXIMUM_BYTES = 4096;
const MAXIMUM_TEXT = 1000;
const MAXIMUM_ENTRIES = 100;
const MAXIMUM_DEPTH = 6;

/** Told instead of a value that stays too long even when it is cut. */
const TRUNCATED = '{"truncated":true}';

/** JSON text of an object from outside, cut to what the database takes and a person reads. */
export function boundedJson(value: object): string {
  const json = JSON.stringify(bounded(value, 0));
  return Buffer.byteLength(json) <= MAXIMUM_BYTES ? json : TRUNCATED;
}

/** Text without what PostgreSQL cannot store: NUL and halves of surrogate pairs. */
export function cleanText(text: string): string {
  const cut = text.length > MAXIMUM_TEXT ? `${text.slice(0, MAXIMUM_TEXT)}…` : text;
  return cut.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAXIMUM_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, MAXIMUM_ENTRIES).map((item) => bounded(item, depth + 1));
  const entries = Object.entries(value).slice(0, MAXIMUM_ENTRIES);
  return Object.fromEntries(entries.map(([key, item]) => [cleanText(key), bounded(item, depth + 1)]));
}
