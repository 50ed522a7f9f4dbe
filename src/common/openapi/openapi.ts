import { existsSync, readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ErrorResponse } from '../errors/api-errors.js';

const description = `Backend of the panel. Sign in with \`POST /api/auth/login\` and press **Authorize** with the \`token\` of the
answer, or use an API key. Every error is a JSON body with \`error\`. Groups that are switched off answer 503, rate limits
429 with \`Retry-After\`. \`x-permission\` of an operation names what its caller must hold.`;

/** Answers that any route may give, added to those that routes declare themselves. */
const everywhere = {
  429: 'Too many requests; `Retry-After` tells the seconds to wait.',
  503: 'Not available at the moment; `Retry-After` tells when to try again.',
};
/** Answers of every route that reads a query or a body … */
const withInput = { 400: 'A value is missing or not acceptable; `fields` names each.' };
/** … and of those that read a body. */
const withBody = { 413: 'The body is too large.' };

/** The OpenAPI document of the application, made from the controllers. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const options = new DocumentBuilder()
    .setTitle('EcliPanel API')
    .setDescription(description)
    .setVersion('1.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Session token or API key' },
      'session',
    )
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'API key' }, 'apiKey')
    .addApiKey(
      { type: 'apiKey', in: 'cookie', name: 'token', description: 'Session cookie, set by the login' },
      'cookie',
    )
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: '<token id>.<token> of a node' }, 'node')
    .build();
  const document = SwaggerModule.createDocument(app, options, {
    extraModels: [ErrorResponse],
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  for (const [path, operation] of operationsOf(document)) {
    splitComment(operation);
    addPathParameters(path, operation);
    addCommonErrors(operation);
    withoutRepetitions(operation);
  }
  return document;
}

const errorContent = { 'application/json': { schema: { $ref: '#/components/schemas/ErrorResponse' } } };

interface Operation {
  summary?: string;
  description?: string;
  parameters?: { name?: string; in?: string; required?: boolean; schema?: object }[];
  requestBody?: unknown;
  responses?: Record<string, { description?: string; content?: object }>;
  security?: Record<string, string[]>[];
}

function operationsOf(document: OpenAPIObject): [path: string, operation: Operation][] {
  const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method): [string, Operation][] =>
      item[method] === undefined ? [] : [[path, item[method] as Operation]],
    ),
  );
}

/** The plug-in takes a handler's whole comment as the summary; only its first paragraph is one. */
function splitComment(operation: Operation): void {
  const [summary = '', ...rest] = (operation.summary ?? '').split(/\n\s*\n/);
  operation.summary = summary.replace(/\s*\n\s*/g, ' ');
  const more = [...rest, ...(operation.description ? [operation.description] : [])];
  if (more.length > 0) operation.description = more.join('\n\n');
}

/** A parameter that a guard reads, not the handler, is known from the path alone. */
function addPathParameters(path: string, operation: Operation): void {
  const parameters = (operation.parameters ??= []);
  for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
    if (parameters.some((parameter) => parameter.in === 'path' && parameter.name === name)) continue;
    parameters.push({ name, in: 'path', required: true, schema: { type: 'string' } });
  }
}

/** What a controller and its handler both declare comes out once for each of them. */
function withoutRepetitions(operation: Operation): void {
  if (operation.security !== undefined) {
    const schemes = operation.security.map((scheme) => JSON.stringify(scheme));
    operation.security = [...new Set(schemes)].map((scheme) => JSON.parse(scheme) as Record<string, string[]>);
  }
  for (const response of Object.values(operation.responses ?? {})) {
    response.description = [...new Set(response.description?.split('\n\n'))].join('\n\n');
  }
}

function addCommonErrors(operation: Operation): void {
  const readsBody = operation.requestBody !== undefined;
  const readsInput = readsBody || (operation.parameters ?? []).some((parameter) => parameter.in === 'query');
  const errors = { ...everywhere, ...(readsInput && withInput), ...(readsBody && withBody) };
  const responses = (operation.responses ??= {});
  for (const [status, text] of Object.entries(errors)) {
    responses[status] ??= { description: text, content: errorContent };
  }
}

/** Written by the build (`scripts/openapi.mjs`), so that no start has to make it. */
const builtDocument = new URL('../../openapi.json', import.meta.url);

/** The document of the build; made from the controllers where none was built: by the build itself, and from sources. */
function documentOf(app: INestApplication): OpenAPIObject {
  if (!existsSync(builtDocument)) return createOpenApiDocument(app);
  return JSON.parse(readFileSync(builtDocument, 'utf8')) as OpenAPIObject;
}

/** Serves Swagger UI at `/openapi` and the document at `/openapi/json` and `/api/openapi.json`. */
export function serveOpenApi(app: INestApplication): void {
  let document: OpenAPIObject | undefined;
  const onFirstUse = (): OpenAPIObject => (document ??= documentOf(app));
  SwaggerModule.setup('openapi', app, onFirstUse, {
    jsonDocumentUrl: 'openapi/json',
    yamlDocumentUrl: 'openapi/yaml',
    customSiteTitle: 'EcliPanel API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, docExpansion: 'none', filter: true },
  });
  SwaggerModule.setup('api/openapi', app, onFirstUse, { ui: false, jsonDocumentUrl: 'api/openapi.json' });
}
