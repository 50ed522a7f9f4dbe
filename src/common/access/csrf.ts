import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { Config } from '../../config/config.js';
import { equalsInConstantTime } from '../crypto/digest.js';
import { forbidden } from '../errors/panel-error.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Keeps foreign pages from using a visitor's cookie (contract auth-users 0.4). Applies only to credentials that a browser
 * sends by itself; `Authorization` and `X-API-Key` cannot be forged by a page.
 */
@Injectable()
export class CsrfProtection {
  constructor(private readonly config: Config) {}

  /** The token of a session: stateless, so it lives as long as the session. 64 hex digits. */
  tokenFor(sessionId: string): string {
    return createHmac('sha256', this.config.secrets.jwt).update(`csrf:${sessionId}`).digest('hex');
  }

  /** Refuses an unsafe request that a foreign page may have sent. */
  check(method: string, headers: IncomingHttpHeaders, sessionId: string | undefined): void {
    if (SAFE_METHODS.has(method) || this.isSameSite(headers)) return;
    const given = headers['x-csrf-token'];
    if (typeof given !== 'string' || given === '') throw forbidden('Missing CSRF token', 'auth.csrf_missing');
    if (sessionId === undefined || !equalsInConstantTime(given, this.tokenFor(sessionId))) {
      throw forbidden('Invalid CSRF token', 'auth.csrf_invalid');
    }
  }

  /**
   * Whether a browser would say that the request comes from our own pages; also true for what is no browser: every
   * browser sends `Origin` or `Sec-Fetch-Site` with an unsafe request to another site. Our own are the configured
   * origins and the very host that was asked, which a page cannot make up.
   */
  isSameSite(headers: IncomingHttpHeaders): boolean {
    const fetchSite = headers['sec-fetch-site'];
    if (fetchSite === 'same-origin' || fetchSite === 'none') return true;
    const origin = headers.origin ?? originOf(headers.referer);
    if (origin !== undefined) return this.config.trustedOrigins.has(origin) || this.isHostAsked(origin, headers.host);
    return fetchSite === undefined;
  }

  /** A page without TLS speaks for no panel that has it: anybody on its way may have written it. */
  private isHostAsked(origin: string, host: string | undefined): boolean {
    if (host === undefined || !URL.canParse(origin)) return false;
    const page = new URL(origin);
    return page.host === host && (page.protocol === 'https:' || this.config.panelUrl.startsWith('http:'));
  }
}

function originOf(referer: string | undefined): string | undefined {
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}
