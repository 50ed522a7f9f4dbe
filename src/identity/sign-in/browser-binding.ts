import { Injectable } from '@nestjs/common';
import { parseCookie } from 'cookie';
import type { Response } from 'express';
import { equalsInConstantTime, randomSecret } from '../../common/crypto/digest.js';
import { SessionCookie } from './session-cookie.js';
import type { SignInClient } from './sign-in.service.js';

/**
 * Holds a browser to what it began: a redirect that comes back from somewhere else counts only in the browser that left
 * for there. Else somebody could send a visitor an answer of his own and sign him in to, or link, a foreign account.
 */
@Injectable()
export class BrowserBinding {
  constructor(private readonly cookie: SessionCookie) {}

  /** Gives the browser a secret; the newest of that name counts. @returns the secret, to be kept with what began. */
  bind(name: string, response: Response, lifetimeSeconds: number): string {
    const secret = randomSecret();
    response.cookie(name, secret, { ...this.cookie.attributes, maxAge: lifetimeSeconds * 1000 });
    return secret;
  }

  /** Whether it is that browser. The secret has served its purpose then. */
  isBound(name: string, { headers, response }: SignInClient, secret: string): boolean {
    response.cookie(name, '', { ...this.cookie.attributes, maxAge: 0 });
    return equalsInConstantTime(parseCookie(headers.cookie ?? '')[name] ?? '', secret);
  }
}
