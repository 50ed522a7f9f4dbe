import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { openApiDocument } from './document.js';
import type { Schema } from './document.js';

// The package is CommonJS: its function is the default export of the default export.
const addFormats = addFormatsModule.default;

interface Checker {
  readonly ajv: Ajv;
  readonly known: Map<Schema, ValidateFunction>;
}

const checkers = new Map<'closed' | 'open', Checker>();

/**
 * The problems of a value against a schema of the document; empty when there are none.
 * `closed`: a property that the schema does not name is a problem too, so that nothing leaves the panel undocumented.
 */
export function problemsOf(value: unknown, schema: Schema, kind: 'closed' | 'open'): string[] {
  const { ajv, known } = checkerOf(kind);
  let validate = known.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(toJsonSchema(schema, kind) as object);
    known.set(schema, validate);
  }
  return validate(value) ? [] : (validate.errors ?? []).map(describe);
}

function describe({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath === '' ? 'the body' : instancePath} ${message ?? 'is wrong'} ${JSON.stringify(params)}`;
}

function checkerOf(kind: 'closed' | 'open'): Checker {
  const existing = checkers.get(kind);
  if (existing !== undefined) return existing;
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats(ajv);
  const schemas = Object.entries(openApiDocument().components.schemas);
  const definitions = Object.fromEntries(schemas.map(([name, schema]) => [name, toJsonSchema(schema, kind)]));
  ajv.addSchema({ $id: 'document', definitions });
  const checker = { ajv, known: new Map<Schema, ValidateFunction>() };
  checkers.set(kind, checker);
  return checker;
}

const REFERENCE = '#/components/schemas/';

/** OpenAPI 3.0 to JSON Schema: `nullable`, references, and closed objects. Everything else means the same. */
function toJsonSchema(schema: Schema, kind: 'closed' | 'open'): unknown {
  if (schema.$ref !== undefined) return { $ref: `document#/definitions/${schema.$ref.slice(REFERENCE.length)}` };
  const { nullable, ...rest } = schema;
  const converted: Record<string, unknown> = { ...rest };
  if (rest.properties !== undefined) {
    const properties = Object.entries(rest.properties).map(([name, child]) => [name, toJsonSchema(child, kind)]);
    converted['properties'] = Object.fromEntries(properties);
    if (kind === 'closed') converted['additionalProperties'] ??= false;
  }
  if (typeof rest.additionalProperties === 'object') {
    converted['additionalProperties'] = toJsonSchema(rest.additionalProperties, kind);
  }
  if (rest.items !== undefined) converted['items'] = toJsonSchema(rest.items, kind);
  for (const combination of ['allOf', 'anyOf', 'oneOf'] as const) {
    const parts = rest[combination];
    if (parts !== undefined) converted[combination] = parts.map((part) => toJsonSchema(part, kind));
  }
  return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
}
