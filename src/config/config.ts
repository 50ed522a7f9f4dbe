import type { Environment } from './environment.js';
import type { Secrets } from './secrets.js';
import { githubProvider } from './sign-in-providers.js';
import type { GitHubSettings, OidcSettings, ProviderSettings } from './sign-in-providers.js';

const list = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

const withoutSlash = (address: string): string => address.replace(/\/+$/, '');

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
  /** Folders of the nodes that mounts may lend to servers. */
  readonly mountSources: readonly string[];

  constructor(
    readonly env: Environment,
    readonly secrets: Secrets,
    private readonly rateOverrides: ReadonlyMap<string, number> = new Map(),
    private readonly oidcProviders: readonly OidcSettings[] = [],
  ) {
    this.isProduction = env.NODE_ENV === 'production';
    this.panelUrl = (env.PANEL_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, '');
    const frontends = list(env.FRONTEND_URL).map((address) => new URL(address).origin);
    this.trustedOrigins = new Set([new URL(this.panelUrl).origin, ...frontends]);
    this.trustedProxies = list(env.TRUSTED_PROXIES);
    this.mountSources = list(env.MOUNT_SOURCES);
  }

  /** A rate limit or window set by the environment (`AUTH_LOGIN_RATE_IP=…`); see src/common/throttling/limits.ts. */
  rateOverride(name: string): number | undefined {
    return this.rateOverrides.get(name);
  }

  /** Origins of separate frontends, for CORS; empty keeps CORS closed. */
  get corsOrigins(): string[] {
    return list(this.env.FRONTEND_URL).map((address) => new URL(address).origin);
  }

  /** Exact origins of the pages that may use passkeys. */
  get passkeyOrigins(): string[] {
    const configured = list(this.env.ORIGIN).map((address) => new URL(address).origin);
    return configured.length > 0 ? configured : [...this.trustedOrigins];
  }

  /** Domains that passkeys are made for. */
  get relyingPartyIds(): string[] {
    const configured = list(this.env.RP_ID).map((id) => id.toLowerCase());
    const hosts = [this.frontendUrl, ...this.trustedOrigins].map((address) => new URL(address).hostname);
    return configured.length > 0 ? configured : [...new Set(hosts)];
  }

  /** GitHub's side of student verification and sign-in; absent without a client id and secret. */
  get github(): GitHubSettings | undefined {
    const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = this.env;
    if (clientId === undefined || clientSecret === undefined) return undefined;
    const { GITHUB_URL, GITHUB_API_URL, GITHUB_EDUCATION_URL: educationUrl } = this.env;
    return {
      clientId,
      clientSecret,
      url: withoutSlash(GITHUB_URL),
      apiUrl: withoutSlash(GITHUB_API_URL),
      educationUrl,
    };
  }

  /** Where people may sign in with an account of somewhere else. */
  get signInProviders(): readonly ProviderSettings[] {
    const { github } = this;
    const isOn = this.env.GITHUB_SIGN_IN && github !== undefined;
    return [...this.oidcProviders, ...(isOn ? [githubProvider(github)] : [])];
  }

  /** Where pages that mails link to live: the first frontend, else the panel itself. */
  get frontendUrl(): string {
    return list(this.env.FRONTEND_URL)[0]?.replace(/\/+$/, '') ?? this.panelUrl;
  }
}
