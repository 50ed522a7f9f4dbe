import type { Environment } from './environment.js';
import type { Secrets } from './secrets.js';

const list = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/**
 * Typed configuration of the whole panel, made once from the environment and the secrets.
 * The only way to read the environment: nothing else touches `process.env`.
 */
export class Config {
  readonly isProduction: boolean;
  /** Public base address of the panel without trailing slash. */
  readonly panelUrl: string;
  /** Exact origins that may use the session cookie from a browser. */
  readonly trustedOrigins: ReadonlySet<string>;
  readonly trustedProxies: readonly string[];

  constructor(
    readonly env: Environment,
    readonly secrets: Secrets,
    private readonly rateOverrides: ReadonlyMap<string, number> = new Map(),
  ) {
    this.isProduction = env.NODE_ENV === 'production';
    this.panelUrl = (env.PANEL_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, '');
    const frontends = list(env.FRONTEND_URL).map((address) => new URL(address).origin);
    this.trustedOrigins = new Set([new URL(this.panelUrl).origin, ...frontends]);
    this.trustedProxies = list(env.TRUSTED_PROXIES);
  }

  /** A rate limit or window set by the environment (`AUTH_LOGIN_RATE_IP=…`); see src/common/throttling/limits.ts. */
  rateOverride(name: string): number | undefined {
    return this.rateOverrides.get(name);
  }

  /** Origins of separate frontends, for CORS; empty keeps CORS closed. */
  get corsOrigins(): string[] {
    return list(this.env.FRONTEND_URL).map((address) => new URL(address).origin);
  }

  /** Where pages that mails link to live: the first frontend, else the panel itself. */
  get frontendUrl(): string {
    return list(this.env.FRONTEND_URL)[0]?.replace(/\/+$/, '') ?? this.panelUrl;
  }
}
