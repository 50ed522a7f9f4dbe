import { ApiFoundResponse } from '@nestjs/swagger';
import type { Request } from 'express';
import { RedirectResponse } from '../dto/redirect.dto.js';
import type { SignInClient } from './sign-in.service.js';

const Location = { Location: { schema: { type: 'string' as const } } };

/**
 * Tells a page's script where to go next as JSON; a browser that was sent here itself (it prefers HTML) is redirected
 * by the same answer.
 */
export function leadTo(redirect: string, request: Request): RedirectResponse {
  if (request.accepts(['json', 'html']) === 'html') request.res?.status(302).setHeader('Location', redirect);
  return { redirect };
}

/** Documents that a browser which prefers HTML is redirected. */
export const ApiLeadsTo = (): MethodDecorator =>
  ApiFoundResponse({ description: 'For browsers: on to `redirect`.', headers: Location, type: RedirectResponse });

/** A redirect of the browser, for `@ApiFoundResponse`: only under that name the document lists no 200 beside it. */
export const redirects = (description: string): NonNullable<Parameters<typeof ApiFoundResponse>[0]> => ({
  description,
  headers: Location,
  content: { 'text/plain': { schema: { type: 'string' } }, 'text/html': { schema: { type: 'string' } } },
});

/** The browser of a request. */
export function clientOf(request: Request): SignInClient {
  const { clientIp: ip, headers, res: response } = request;
  if (response === undefined) throw new Error('a request without its response');
  return { ip, headers, response };
}
