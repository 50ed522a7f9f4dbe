import { badAnswer } from './wings-errors.js';

/** A file or directory as both families tell of it. */
export interface WingsFileEntry {
  readonly name: string;
  readonly created: string | null;
  readonly modified: string | null;
  /** As `ls` writes it: `-rw-r--r--`. */
  readonly mode: string;
  /** Octal digits: `644`. */
  readonly modeBits: string;
  /** Bytes. */
  readonly size: number;
  readonly isDirectory: boolean;
  readonly isFile: boolean;
  readonly isSymlink: boolean;
  readonly mime: string;
}

/** A former content of a file, which wings-rs keeps. */
export interface WingsRevision {
  readonly id: string;
  readonly size: number;
  readonly created: string | null;
}

type Json = Record<string, unknown>;

const MAXIMUM_NAME = 4_096;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown, maximum = 255): string => (typeof value === 'string' ? value.slice(0, maximum) : '');
const date = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, 64) : null);
const amount = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0;

/** @throws PanelError 502 for what is no list of files. */
export function parseEntries(value: unknown): WingsFileEntry[] {
  if (!Array.isArray(value)) throw badAnswer();
  return value.map(parseEntry);
}

/** @throws PanelError 502 for what is no file. */
export function parseEntry(value: unknown): WingsFileEntry {
  if (!isObject(value) || typeof value['name'] !== 'string' || value['name'] === '') throw badAnswer();
  const isDirectory = value['directory'] === true;
  return {
    name: text(value['name'], MAXIMUM_NAME),
    created: date(value['created']),
    modified: date(value['modified']),
    mode: text(value['mode']),
    modeBits: text(value['mode_bits']),
    size: amount(value['size']),
    isDirectory,
    isFile: typeof value['file'] === 'boolean' ? value['file'] : !isDirectory,
    isSymlink: value['symlink'] === true,
    mime: text(value['mime']),
  };
}

/** @throws PanelError 502 for what is no list of revisions. */
export function parseRevisions(value: unknown): WingsRevision[] {
  const revisions = isObject(value) ? value['revisions'] : undefined;
  if (!Array.isArray(revisions)) throw badAnswer();
  return revisions.map((revision: unknown) => {
    const id = isObject(revision) ? revision['id'] : undefined;
    if (!isObject(revision) || (typeof id !== 'string' && typeof id !== 'number')) throw badAnswer();
    return { id: String(id), size: amount(revision['size']), created: date(revision['created']) };
  });
}

/** How many things a call changed; undefined on Go Wings, which does not tell. */
export function countIn(value: unknown, field: string): number | undefined {
  const count = isObject(value) ? value[field] : undefined;
  return typeof count === 'number' ? count : undefined;
}
