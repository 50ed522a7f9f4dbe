import { Injectable, ValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata, ValidationError } from '@nestjs/common';
import { badRequest } from '../errors/panel-error.js';
import type { PanelError } from '../errors/panel-error.js';

/**
 * Checks bodies, queries and parameters against their DTO classes. Unknown fields are dropped; a missing or `null` body
 * counts as an empty one; the answer names problems but never repeats values that were sent.
 */
@Injectable()
export class PanelValidationPipe extends ValidationPipe {
  constructor() {
    super({ transform: true, whitelist: true, exceptionFactory: toValidationError, stopAtFirstError: false });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'body' || !this.toValidate(metadata)) return super.transform(value, metadata);
    if (value === undefined || value === null) return super.transform({}, metadata);
    // Validators look at properties: a text or a list would pass every optional field.
    if (typeof value !== 'object' || Array.isArray(value))
      throw badRequest('The body must be a JSON object', 'request.validation');
    if (hasBrokenText(value)) throw badRequest('A text is not valid Unicode', 'request.validation');
    return super.transform(value, metadata);
  }

  /** Whole decimal numbers only: `%20` would be 0, and `0x10` and `1e3` other names of 16 and 1000. */
  protected override transformPrimitive(value: unknown, metadata: ArgumentMetadata): unknown {
    if (metadata.metatype !== Number || metadata.data === undefined) return super.transformPrimitive(value, metadata);
    return typeof value === 'string' && !/^-?\d{1,15}$/.test(value)
      ? Number.NaN
      : super.transformPrimitive(value, metadata);
  }
}

/** Half of a surrogate pair, which JSON can carry: it is no character, so neither validators nor the database take it. */
const BROKEN = /\p{Surrogate}/u;

function hasBrokenText(value: unknown): boolean {
  if (typeof value === 'string') return BROKEN.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, child]) => BROKEN.test(key) || hasBrokenText(child));
}

function toValidationError(errors: ValidationError[]): PanelError {
  const fields: Record<string, string[]> = {};
  collect(errors, '', fields);
  const problems = Object.values(fields).flat();
  const [first = 'Request error'] = problems;
  return badRequest(first, 'request.validation', { details: problems.join('; '), fields });
}

function collect(errors: readonly ValidationError[], prefix: string, fields: Record<string, string[]>): void {
  for (const { property, constraints, children } of errors) {
    const path = prefix === '' ? property : `${prefix}.${property}`;
    if (constraints !== undefined) fields[path] = Object.values(constraints);
    if (children !== undefined) collect(children, path, fields);
  }
}
