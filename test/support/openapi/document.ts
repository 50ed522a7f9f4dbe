import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';
export const HTTP_METHODS: readonly HttpMethod[] = ['get', 'post', 'put', 'patch', 'delete'];

/** A schema object of OpenAPI 3.0, as far as the tests read it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly example?: unknown;
  readonly default?: unknown;
  readonly readOnly?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

export interface MediaType {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
  readonly schema?: Schema;
}

export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, MediaType>> }>>;
  readonly 'x-access'?: string;
  readonly 'x-permission'?: readonly string[];
  readonly 'x-feature'?: string;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<HttpMethod, Operation>>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** One operation and where it stands. */
export interface DocumentedOperation {
  readonly method: HttpMethod;
  /** As in the document: `/api/servers/{id}`. */
  readonly path: string;
  readonly operation: Operation;
}

const location = join(import.meta.dirname, '..', '..', '..', 'dist', 'openapi.json');
let loaded: OpenApiDocument | undefined;

/** The document that the build wrote. The plug-in that reads DTO classes runs in the build only, not under Jest. */
export function openApiDocument(): OpenApiDocument {
  if (loaded !== undefined) return loaded;
  if (!existsSync(location)) {
    throw new Error('dist/openapi.json is missing: run `node scripts/prepare.mjs` (npm test does it by itself)');
  }
  loaded = JSON.parse(readFileSync(location, 'utf8')) as OpenApiDocument;
  return loaded;
}

let operations: readonly DocumentedOperation[] | undefined;

/** Every operation of the document. */
export function documentedOperations(): readonly DocumentedOperation[] {
  operations ??= Object.entries(openApiDocument().paths).flatMap(([path, item]) =>
    HTTP_METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
  return operations;
}

/** The operation that answers a request; of several paths that fit, the one with the most fixed segments. */
export function operationOf(method: string, path: string): DocumentedOperation | undefined {
  const wanted = method.toLowerCase();
  const segments = segmentsOf(path.split('?', 1)[0] ?? '');
  return documentedOperations()
    .filter((candidate) => candidate.method === wanted && fits(segmentsOf(candidate.path), segments))
    .sort((left, right) => parameterCount(left.path) - parameterCount(right.path))[0];
}

const segmentsOf = (path: string): string[] => path.toLowerCase().split('/').filter(Boolean);
const parameterCount = (path: string): number => path.split('{').length;

function fits(template: readonly string[], segments: readonly string[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, index) => part.startsWith('{') || part === segments[index])
  );
}
