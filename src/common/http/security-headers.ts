import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { HelmetOptions } from 'helmet';

type Header = readonly [name: string, value: string];

/**
 * Helmet's headers; Swagger UI needs its own inline script and style, and uploads are shown on other origins.
 * They are the same for every request, so helmet is asked once: its dozen middleware took a tenth of a small request.
 */
export function securityHeaders(https: boolean): RequestHandler {
  const policy = (directives: Record<string, string[]>, uses: 'same-origin' | 'cross-origin' = 'same-origin') =>
    headersOf({
      strictTransportSecurity: https && { maxAge: 15_552_000, includeSubDomains: true },
      contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': https ? [] : null, ...directives } },
      crossOriginResourcePolicy: { policy: uses },
    });
  const standard = policy({});
  const playground = policy({
    'script-src': ["'self'", "'unsafe-inline'"],
    'style-src': ["'self'", "'unsafe-inline'"],
  });
  const uploads = policy({}, 'cross-origin');
  return (request, response, next) => {
    const { path } = request;
    const isPlayground = path === '/openapi' || path.startsWith('/openapi/');
    const chosen = isPlayground ? playground : path.startsWith('/uploads/') ? uploads : standard;
    for (const [name, value] of chosen) response.setHeader(name, value);
    next();
  };
}

/** The headers that helmet sets on an answer. */
function headersOf(options: HelmetOptions): readonly Header[] {
  const headers = new Map<string, string>();
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  response.setHeader = (name, value) => {
    headers.set(name, String(value));
    return response;
  };
  helmet(options)(request, response, () => undefined);
  return [...headers];
}
