import { openApiDocument, operationOf } from './document.js';
import type { DocumentedOperation, MediaType, Schema } from './document.js';
import { problemsOf } from './validation.js';

/** What a server answered, as far as the document speaks of it. */
export interface AnswerFacts {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly body: unknown;
}

const errorSchema = (): Schema => {
  const schema = openApiDocument().components.schemas['ErrorResponse'];
  if (schema === undefined) throw new Error('the document lacks ErrorResponse');
  return schema;
};

/** Refused before a route is chosen, so no operation lists them: malformed, too large or of the wrong type. */
const BEFORE_ROUTING = new Set([400, 413, 415]);

/**
 * Throws when an answer is not what the OpenAPI document says of the operation: a status that it does not list, a body
 * of another shape, a property that it does not name, an error of another form.
 */
export function assertDocumented(method: string, path: string, answer: AnswerFacts): void {
  if (method === 'HEAD') return;
  const isError = answer.status >= 400;
  const documented = operationOf(method, path);
  const problems = documented === undefined ? [] : problemsOfAnswer(documented, answer);
  if (problems.length === 0 && isError && isJson(answer) && answersErrorResponse(documented, answer.status)) {
    problems.push(...problemsOf(answer.body, errorSchema(), 'open'));
  }
  if (problems.length === 0) return;
  throw new Error(
    `${method} ${path} answered ${answer.status}, which the OpenAPI document does not allow:\n` +
      `  ${problems.slice(0, 12).join('\n  ')}\n  body: ${answer.text.slice(0, 600)}`,
  );
}

function problemsOfAnswer({ operation }: DocumentedOperation, answer: AnswerFacts): string[] {
  const response = operation.responses[String(answer.status)] ?? operation.responses['default'];
  if (response === undefined) {
    if (BEFORE_ROUTING.has(answer.status) && codeOf(answer.body).startsWith('request.')) return [];
    return [`the operation lists only the statuses ${Object.keys(operation.responses).join(', ')}`];
  }
  if (answer.status >= 400) return [];
  const content = Object.entries(response.content ?? {});
  if (content.length === 0) return answer.text === '' ? [] : ['the operation describes no body for this status'];
  if (!isJson(answer)) {
    const named = content.some(([type]) => answer.contentType.startsWith(type) || type === '*/*');
    return named ? [] : [`the type ${answer.contentType} is not one of ${content.map(([type]) => type).join(', ')}`];
  }
  const schema = jsonSchemaOf(content);
  return schema === undefined ? ['the JSON body has no schema'] : problemsOf(answer.body, schema, 'closed');
}

function jsonSchemaOf(content: readonly (readonly [string, MediaType])[]): Schema | undefined {
  return content.find(([type]) => type === 'application/json')?.[1].schema;
}

const isJson = (answer: AnswerFacts): boolean => answer.contentType.startsWith('application/json');

function codeOf(body: unknown): string {
  const code = (body as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Routes for daemons and the health check document error bodies of their own; those are checked like any body. */
function answersErrorResponse(documented: DocumentedOperation | undefined, status: number): boolean {
  const content = documented?.operation.responses[String(status)]?.content;
  const reference = content?.['application/json']?.schema?.$ref;
  return reference === undefined || reference.endsWith('/ErrorResponse');
}
