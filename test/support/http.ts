import { Pool } from 'undici';
import type { FormData } from 'undici';
import { assertDocumented } from './openapi/contract-check.js';

export type RequestHeaders = Readonly<Record<string, string>>;

/** Somebody who calls the panel: what he puts into the headers. */
export interface Caller {
  readonly headers: RequestHeaders;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; the text of anything else. */
  readonly body: Body;
  readonly text: string;
}

export interface RequestOptions {
  /** Sent as JSON unless it is text, bytes or a form. */
  readonly body?: unknown;
  readonly headers?: RequestHeaders;
}

/**
 * Calls the panel over HTTP as one caller and checks every answer against the OpenAPI document. Paths go out exactly as
 * written: dots, double slashes and encodings are not tidied up.
 */
export class HttpClient {
  constructor(
    private readonly pool: Pool,
    private readonly headers: RequestHeaders = {},
    private readonly isChecked = true,
  ) {}

  /** The same panel, called by somebody else. */
  as(caller: Caller): HttpClient {
    return new HttpClient(this.pool, caller.headers, this.isChecked);
  }

  /** The same caller without the comparison with the document, for tests that look at every answer for something else. */
  get unchecked(): HttpClient {
    return new HttpClient(this.pool, this.headers, false);
  }

  get<Body = unknown>(path: string, options?: Omit<RequestOptions, 'body'>): Promise<Answer<Body>> {
    return this.request<Body>('GET', path, options);
  }

  post<Body = unknown>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<Body>> {
    return this.request<Body>('POST', path, { ...options, body });
  }

  put<Body = unknown>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<Body>> {
    return this.request<Body>('PUT', path, { ...options, body });
  }

  patch<Body = unknown>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<Body>> {
    return this.request<Body>('PATCH', path, { ...options, body });
  }

  delete<Body = unknown>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<Body>> {
    return this.request<Body>('DELETE', path, { ...options, body });
  }

  async request<Body = unknown>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<Body>> {
    const payload = payloadOf(options.body);
    const headers = { ...payload.headers, ...this.headers, ...options.headers };
    const response = await this.pool.request({ method, path, headers, body: payload.body ?? null });
    const text = await response.body.text();
    const contentType = String(response.headers['content-type'] ?? '');
    const body: unknown = contentType.startsWith('application/json') && text !== '' ? JSON.parse(text) : text;
    if (this.isChecked) assertDocumented(method, path, { status: response.statusCode, contentType, text, body });
    return { status: response.statusCode, headers: response.headers, body: body as Body, text };
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}

/** A client without credentials for the panel at an address. */
export function httpClient(url: string): HttpClient {
  return new HttpClient(new Pool(url, { connections: 64 }));
}

interface Payload {
  readonly body?: string | Uint8Array | FormData;
  readonly headers: RequestHeaders;
}

function payloadOf(body: unknown): Payload {
  if (body === undefined) return { headers: {} };
  if (typeof body === 'string' || body instanceof Uint8Array)
    return { body, headers: { 'content-type': 'application/json' } };
  if (isForm(body)) return { body, headers: {} };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

const isForm = (body: unknown): body is FormData => Object.prototype.toString.call(body) === '[object FormData]';
