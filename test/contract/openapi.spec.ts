import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Access } from '../../src/common/access/access.js';
import type { Route } from '../../src/common/access/route-inventory.js';
import { Prisma } from '../../src/generated/prisma/client.js';
import { documentedOperations, openApiDocument } from '../support/openapi/document.js';
import type { Operation, Schema } from '../support/openapi/document.js';
import { resolve, sampleBody } from '../support/openapi/sample.js';
import { problemsOf } from '../support/openapi/validation.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { hasParameters, nameOf, operationOfRoute, routesOf, takesBody } from '../support/routes.js';

/** Not part of the API: figures for a monitor and what browsers ask for by themselves. */
const UNDOCUMENTED = ['GET /favicon.ico', 'GET /metrics'];

/** One route and the operation that documents it. */
interface Documented {
  readonly name: string;
  readonly route: Route;
  readonly operation: Operation;
}

let panel: TestPanel;
let documented: Documented[];

beforeAll(async () => {
  panel = await startPanel();
  documented = routesOf(panel).flatMap((route) => {
    const found = operationOfRoute(route);
    return found === undefined ? [] : [{ name: nameOf(route), route, operation: found.operation }];
  });
});
afterAll(() => panel.close());

/** The names of the routes that break a rule, each with what is wrong. */
function breaking(rule: (entry: Documented) => string | boolean | undefined): string[] {
  return documented.flatMap((entry) => {
    const problem = rule(entry);
    if (problem === undefined || problem === false) return [];
    return [problem === true ? entry.name : `${entry.name}: ${problem}`];
  });
}

describe('the OpenAPI document', () => {
  it('has an operation for every route', () => {
    const missing = routesOf(panel).filter((route) => operationOfRoute(route) === undefined);
    expect(missing.map(nameOf)).toEqual(UNDOCUMENTED);
  });

  it('has no operation without a route', () => {
    const names = new Set(documented.map(({ name }) => name));
    const operations = documentedOperations().map(({ method, path }) =>
      nameOf({ method: method.toUpperCase(), path: path.replace(/\{(\w+)\}/g, ':$1') }),
    );
    expect(operations.filter((name) => !names.has(name))).toEqual([]);
  });

  it('gives every operation an id of its own', () => {
    const ids = documentedOperations().map(({ operation }) => operation.operationId);
    expect(ids.filter((id, index) => id === undefined || ids.indexOf(id) !== index)).toEqual([]);
  });

  it('says in one line what each operation does', () => {
    expect(breaking(({ operation }) => !/^\S.{5,140}$/.test(operation.summary ?? ''))).toEqual([]);
  });

  it('puts every operation under exactly one tag', () => {
    expect(breaking(({ operation }) => operation.tags?.length !== 1)).toEqual([]);
  });

  it('names the credentials that each operation takes, and none where anybody may call', () => {
    const wrong = breaking(({ route, operation }) => {
      const named = [...new Set((operation.security ?? []).flatMap((scheme) => Object.keys(scheme)))].sort();
      const due = schemesOf(route.access);
      return named.join() === due.join() ? undefined : `[${named.join()}] instead of [${due.join()}]`;
    });
    expect(wrong).toEqual([]);
  });

  it('names the permission that each operation needs', () => {
    const wrong = breaking(({ route, operation }) => {
      const { access } = route;
      if (access?.kind !== 'permission' && access?.kind !== 'node-or-permission') return undefined;
      const named = operation['x-permission'];
      return JSON.stringify(named) === JSON.stringify(access.permissions)
        ? undefined
        : `names ${JSON.stringify(named)}`;
    });
    expect(wrong).toEqual([]);
  });

  it('names the flag that gates each operation', () => {
    expect(breaking(({ route, operation }) => operation['x-feature'] !== route.feature)).toEqual([]);
  });

  it('describes every parameter of the path, and only those', () => {
    const wrong = breaking(({ route, operation }) => {
      const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      const names = described.map(({ name }) => name).sort();
      const due = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name).sort();
      return names.join() === due.join() ? undefined : `[${names.join()}] instead of [${due.join()}]`;
    });
    expect(wrong).toEqual([]);
  });

  it('repeats nothing within an operation', () => {
    const repeated = (texts: readonly string[]): boolean => new Set(texts).size !== texts.length;
    const wrong = breaking(({ operation }) => {
      const schemes = (operation.security ?? []).map((scheme) => JSON.stringify(scheme));
      const parameters = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
      return repeated(schemes) || repeated(parameters);
    });
    expect(wrong).toEqual([]);
  });

  it('describes the body of every operation that takes one', () => {
    const wrong = breaking(({ route, operation }) => {
      if (!takesBody(panel, route)) return undefined;
      const media = Object.values(operation.requestBody?.content ?? {});
      return media.length === 0 || media.some(({ schema }) => schema === undefined || isShapeless(resolve(schema)));
    });
    expect(wrong).toEqual([]);
  });

  it('describes a good answer of every operation: 204, a redirect, text, bytes, or a schema', () => {
    const wrong = breaking(({ operation }) => {
      const good = Object.entries(operation.responses).filter(([status]) => /^(2..|30[1-3]|30[78])$/.test(status));
      if (good.length === 0) return 'no good answer';
      const bad = good.filter(([status, { content }]) => {
        if (status === '204' || status.startsWith('3')) return false;
        const types = Object.entries(content ?? {});
        if (types.length === 0) return true;
        return types.some(
          ([type, { schema }]) => type === 'application/json' && (schema === undefined || isShapeless(resolve(schema))),
        );
      });
      return bad.length === 0 ? undefined : bad.map(([status]) => status).join();
    });
    expect(wrong).toEqual([]);
  });

  it('lists the errors that each operation can give', () => {
    const wrong = breaking(({ route, operation }) => {
      const missing = errorsOf(route, operation).filter((status) => operation.responses[status] === undefined);
      return missing.length === 0 ? undefined : `lacks ${missing.join()}`;
    });
    expect(wrong).toEqual([]);
  });

  it('has no schema that is a row of the database', () => {
    const models = new Set<string>(Object.values(Prisma.ModelName));
    expect(Object.keys(openApiDocument().components.schemas).filter((name) => models.has(name))).toEqual([]);
  });

  it('describes every property of every schema', () => {
    const shapeless = Object.entries(openApiDocument().components.schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, property]) => Object.keys(property).every((key) => key === 'description' || key === 'example'))
        .map(([property]) => `${name}.${property}`),
    );
    expect(shapeless).toEqual([]);
  });

  it('gives an example for what a body must hold', () => {
    const wrong = breaking(({ operation }) => {
      const media = operation.requestBody?.content['application/json'];
      if (media?.schema === undefined || media.example !== undefined || media.examples !== undefined) return undefined;
      const { properties = {}, required = [], example } = resolve(media.schema);
      if (example !== undefined) return undefined;
      const missing = required.filter((name) => !hasExample(properties[name]));
      return missing.length === 0 ? undefined : missing.join();
    });
    expect(wrong).toEqual([]);
  });

  it('shows bodies in Swagger UI that are valid as they stand', () => {
    const wrong = breaking(({ operation }) => {
      const media = operation.requestBody?.content['application/json'];
      if (media?.schema === undefined) return undefined;
      return problemsOf(sampleBody(media), media.schema, 'open').join('; ') || undefined;
    });
    expect(wrong).toEqual([]);
  });
});

function schemesOf(access: Access | undefined): string[] {
  switch (access?.kind) {
    case 'node':
      return ['node'];
    case 'permission':
      return ['apiKey', 'cookie', 'session'];
    case 'node-or-permission':
      return ['apiKey', 'cookie', 'node', 'session'];
    case 'authenticated':
      return access.sessionOnly ? ['cookie', 'session'] : ['apiKey', 'cookie', 'session'];
    default:
      return [];
  }
}

/** Beside what a route may add: nothing is reached without these being possible. */
function errorsOf(route: Route, operation: Operation): string[] {
  const isPublic = route.access?.kind === 'public';
  const hasQuery = (operation.parameters ?? []).some((parameter) => parameter.in === 'query');
  return [
    ...(operation.requestBody !== undefined || hasQuery ? ['400'] : []),
    ...(isPublic ? [] : ['401']),
    ...(isPublic || route.access?.kind === 'node' ? [] : ['403']),
    ...(hasParameters(route) && !isPublic ? ['404'] : []),
    '429',
    '503',
  ];
}

/** A schema that says nothing about the value. */
function isShapeless(schema: Schema): boolean {
  const says = ['type', 'oneOf', 'anyOf', 'allOf', 'enum', '$ref'] as const;
  if (!says.some((key) => schema[key] !== undefined)) return true;
  return schema.type === 'object' && schema.properties === undefined && schema.additionalProperties === undefined;
}

function hasExample(property: Schema | undefined): boolean {
  if (property === undefined) return false;
  const schema = resolve(property);
  if (schema.example !== undefined || schema.default !== undefined || schema.enum !== undefined) return true;
  if (schema.type === 'boolean') return true;
  if (schema.items !== undefined) return hasExample(schema.items);
  if (schema.allOf !== undefined) return schema.allOf.some(hasExample);
  return (
    schema.properties !== undefined && (schema.required ?? []).every((name) => hasExample(schema.properties?.[name]))
  );
}
