import { openApiDocument } from './document.js';
import type { MediaType, Schema } from './document.js';

const REFERENCE = '#/components/schemas/';
const DEEPEST = 8;

const STRING_SAMPLES: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T12:00:00.000Z',
  date: '2026-01-01',
  uuid: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  email: 'user@example.com',
  uri: 'https://example.com/',
  ipv4: '198.51.100.42',
  ipv6: '2001:db8::1',
};

/** The schema itself, a reference followed. */
export function resolve(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.slice(REFERENCE.length);
  const found = openApiDocument().components.schemas[name];
  if (found === undefined) throw new Error(`The document refers to the schema ${name}, which it lacks`);
  return found;
}

/** The body that Swagger UI shows, and sends when "Try it out" is pressed without changing anything. */
export function sampleBody(media: MediaType): unknown {
  if (media.example !== undefined) return media.example;
  const [named] = Object.values(media.examples ?? {});
  if (named?.value !== undefined) return named.value;
  return media.schema === undefined ? undefined : sampleOf(media.schema);
}

/** A value as Swagger UI makes it up: the example, else the default, else by type. */
export function sampleOf(schema: Schema, depth = 0): unknown {
  const resolved = resolve(schema);
  if (resolved.example !== undefined) return resolved.example;
  if (resolved.default !== undefined) return resolved.default;
  if (resolved.enum !== undefined) return resolved.enum[0];
  const [first] = [...(resolved.oneOf ?? []), ...(resolved.anyOf ?? [])];
  if (first !== undefined) return sampleOf(first, depth + 1);
  if (resolved.allOf !== undefined) return sampleOfAll(resolved.allOf, depth);
  if (depth > DEEPEST) return null;
  return sampleOfType(resolved, depth);
}

function sampleOfAll(parts: readonly Schema[], depth: number): unknown {
  const samples = parts.map((part) => sampleOf(part, depth + 1));
  return samples.length === 1 ? samples[0] : Object.assign({}, ...samples);
}

function sampleOfType(schema: Schema, depth: number): unknown {
  switch (schema.type) {
    case 'string':
      return STRING_SAMPLES[schema.format ?? ''] ?? 'string';
    case 'integer':
    case 'number':
      return Math.max(0, schema.minimum ?? 0);
    case 'boolean':
      return true;
    case 'array':
      return schema.items === undefined ? [] : [sampleOf(schema.items, depth + 1)];
    default:
      return sampleOfObject(schema, depth);
  }
}

function sampleOfObject({ properties = {}, additionalProperties }: Schema, depth: number): unknown {
  const entries = Object.entries(properties)
    .filter(([, property]) => property.readOnly !== true)
    .map(([name, property]) => [name, sampleOf(property, depth + 1)]);
  if (additionalProperties === true) entries.push(['additionalProp1', {}]);
  if (typeof additionalProperties === 'object')
    entries.push(['additionalProp1', sampleOf(additionalProperties, depth + 1)]);
  return Object.fromEntries(entries);
}
