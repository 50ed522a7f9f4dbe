import { Injectable } from '@nestjs/common';
import type { CookieOptions, Response } from 'express';
import { Config } from '../../config/config.js';
import { isSameSite } from './same-site.js';

/**
 * The HttpOnly cookie of a session (contract auth-users 0.6). `SameSite=Lax` as long as every configured frontend is the
 * same site as the panel; only else `None`, which browsers accept on HTTPS alone. Host-only unless a domain is configured.
 */
@Injectable()
export class SessionCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  constructor(private readonly config: Config) {
    const { JWT_COOKIE_NAME, JWT_COOKIE_DOMAIN, JWT_COOKIE_SECURE } = config.env;
    const crossSite = config.corsOrigins.some((origin) => !isSameSite(new URL(origin), new URL(config.panelUrl)));
    const https = config.panelUrl.startsWith('https:');
    this.name = JWT_COOKIE_NAME;
    this.options = {
      httpOnly: true,
      path: '/',
      sameSite: crossSite ? 'none' : 'lax',
      secure: crossSite || (JWT_COOKIE_SECURE ?? https),
      ...(JWT_COOKIE_DOMAIN !== undefined && { domain: JWT_COOKIE_DOMAIN }),
    };
  }

  /** How cookies of the panel are set, apart from name, value and lifetime. */
  get attributes(): Readonly<CookieOptions> {
    return this.options;
  }

  set(response: Response, token: string): void {
    response.cookie(this.name, token, { ...this.options, maxAge: this.config.env.JWT_COOKIE_MAX_AGE * 1000 });
  }

  clear(response: Response): void {
    response.cookie(this.name, '', { ...this.options, maxAge: 0 });
  }
}
