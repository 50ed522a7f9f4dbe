import { applyDecorators } from '@nestjs/common';
import { IsString, MaxLength, ValidateBy } from 'class-validator';
import type { ValidationOptions } from 'class-validator';
import { badRequest } from '../../common/errors/panel-error.js';

/** What Linux takes: bytes of a whole path, and of one name. */
const MAXIMUM_BYTES = 4_095;
const MAXIMUM_NAME_BYTES = 255;
const CONTROL = /\p{Cc}/u;
const HALF_A_CHARACTER = /\p{Surrogate}/u;

/**
 * A place among the files of one server: absolute, without `.` and `..`, doubled slashes and characters that a shell, a
 * log or a daemon on another system could take for something else. What goes to a daemon is written from one.
 */
export class ServerPath {
  static readonly ROOT = new ServerPath([]);

  private constructor(private readonly segments: readonly string[]) {}

  /** What is wrong with a path, as the end of a sentence that begins with its name; else undefined. */
  static problemWith(text: string): string | undefined {
    if (Buffer.byteLength(text) > MAXIMUM_BYTES) return `must have at most ${MAXIMUM_BYTES} bytes`;
    if (HALF_A_CHARACTER.test(text)) return 'must be valid Unicode';
    if (CONTROL.test(text)) return 'must not contain control characters';
    if (text.includes('\\')) return 'must not contain backslashes';
    const segments = text.split('/');
    if (segments.some(goesUp)) return 'must not contain ".."';
    return segments.some((segment) => Buffer.byteLength(segment) > MAXIMUM_NAME_BYTES)
      ? `must have names of at most ${MAXIMUM_NAME_BYTES} bytes`
      : undefined;
  }

  /** @throws PanelError 400 `files.invalid_path`. */
  static of(text: string): ServerPath {
    const problem = ServerPath.problemWith(text);
    if (problem !== undefined) throw badRequest(`The path ${problem}`, 'files.invalid_path');
    return new ServerPath(text.split('/').filter((segment) => segment !== '' && segment !== '.'));
  }

  get isRoot(): boolean {
    return this.segments.length === 0;
  }

  /** The last part; empty for the root. */
  get name(): string {
    return this.segments.at(-1) ?? '';
  }

  get parent(): ServerPath {
    return new ServerPath(this.segments.slice(0, -1));
  }

  /** Without the leading slash. */
  get relative(): string {
    return this.segments.join('/');
  }

  /** A path in this directory. Clients also send whole paths that begin with the directory itself: those stay. */
  below(text: string): ServerPath {
    const path = ServerPath.of(text);
    const isWhole = text.startsWith('/') && this.segments.every((segment, index) => path.segments[index] === segment);
    return isWhole ? path : new ServerPath([...this.segments, ...path.segments]);
  }

  /** How a path in this directory is called from here. */
  relativeOf(path: ServerPath): string {
    return path.segments.slice(this.segments.length).join('/');
  }

  toString(): string {
    return `/${this.relative}`;
  }
}

/** Also in the disguise of characters that are folded to dots and slashes elsewhere. */
const goesUp = (segment: string): boolean => segment.normalize('NFKC').split(/[/\\]/).includes('..');

/** A text, or with `each` a list of texts, that names a place among the files of a server. */
export const IsServerPath = (options: ValidationOptions = {}): PropertyDecorator =>
  applyDecorators(
    IsString(options),
    MaxLength(MAXIMUM_BYTES, options),
    ValidateBy(
      {
        name: 'isServerPath',
        validator: {
          validate: (value: unknown) => typeof value === 'string' && ServerPath.problemWith(value) === undefined,
          defaultMessage: () => '$property must be a path without "..", backslashes and control characters',
        },
      },
      options,
    ),
  );
