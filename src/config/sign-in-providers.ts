import type { Environment } from './environment.js';

/** An OpenID Connect provider that people may sign in with. */
export interface OidcSettings {
  readonly kind: 'oidc';
  /** In the panel's paths. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Discovery happens below it; part of what identifies a person. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: string;
}

export interface GitHubSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly url: string;
  readonly apiUrl: string;
  readonly educationUrl: string;
}

/** A name of another form has a line of its own already. */
const NAME = /^[a-z][a-z\d]{0,31}$/;

const DEFAULT_SCOPES = 'openid email profile';

/** GitHub is no OpenID Connect provider, so it comes as a preset; its address is the issuer. */
export const githubProvider = (github: GitHubSettings) =>
  ({ kind: 'github', id: 'github', name: 'GitHub', issuer: github.url }) as const;

export type ProviderSettings = OidcSettings | ReturnType<typeof githubProvider>;

/**
 * The providers named by `OIDC_PROVIDERS`. Of each: `OIDC_<NAME>_ISSUER`, `…_CLIENT_ID` and `…_CLIENT_SECRET`, and when
 * wanted `…_NAME` and `…_SCOPES`.
 * @returns them, and one line for each variable that cannot be used.
 */
export function readOidcProviders(
  { OIDC_PROVIDERS, SIGN_IN_ALLOW_PRIVATE }: Environment,
  source: NodeJS.ProcessEnv,
): { providers: OidcSettings[]; problems: string[] } {
  const ids = (typeof OIDC_PROVIDERS === 'string' ? OIDC_PROVIDERS : '').split(',').map((id) => id.trim());
  const problems: string[] = [];
  const providers = [...new Set(ids.filter((id) => NAME.test(id)))].map((id): OidcSettings => {
    const nameOf = (key: string): string => `OIDC_${id.toUpperCase()}_${key}`;
    const read = (key: string): string | undefined => source[nameOf(key)]?.trim() || undefined;
    const needed = (key: string): string => {
      const value = read(key);
      if (value === undefined) problems.push(`${nameOf(key)} must be set because OIDC_PROVIDERS names ${id}`);
      return value ?? '';
    };
    const issuer = needed('ISSUER');
    if (issuer !== '' && !isIssuer(issuer, SIGN_IN_ALLOW_PRIVATE)) {
      problems.push(`${nameOf('ISSUER')} must be an https address without credentials, query and fragment`);
    }
    if (id === 'github') problems.push('OIDC_PROVIDERS must not name github: GITHUB_SIGN_IN switches it on');
    const [clientId, clientSecret] = [needed('CLIENT_ID'), needed('CLIENT_SECRET')];
    const [name, scopes] = [read('NAME') ?? id, read('SCOPES') ?? DEFAULT_SCOPES];
    return { kind: 'oidc', id, name, issuer, clientId, clientSecret, scopes };
  });
  return { providers, problems };
}

/** What keeps GitHub from being used as the variables say; one line each. */
export function githubProblems(environment: Environment): string[] {
  const { GITHUB_CLIENT_ID: id, GITHUB_CLIENT_SECRET: secret, GITHUB_SIGN_IN: isWanted } = environment;
  const problems: string[] = [];
  if ((id === undefined) !== (secret === undefined)) {
    const missing = id === undefined ? 'GITHUB_CLIENT_ID' : 'GITHUB_CLIENT_SECRET';
    problems.push(`${missing} must be set: GitHub needs the client id and the secret`);
  } else if (id === undefined && String(isWanted) === 'true') {
    // Anything but a boolean has a line of its own already.
    problems.push('GITHUB_SIGN_IN needs GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET');
  }
  const addresses = ['GITHUB_URL', 'GITHUB_API_URL', 'GITHUB_EDUCATION_URL'] as const;
  const open = addresses.filter((name) => environment[name].startsWith('http:'));
  if (environment.SIGN_IN_ALLOW_PRIVATE) return problems;
  return [...problems, ...open.map((name) => `${name} must be an https address unless SIGN_IN_ALLOW_PRIVATE is true`)];
}

function isIssuer(text: string, allowsHttp: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  const isPlain = [username, password, search, hash].every((part) => part === '');
  return isPlain && text.length <= 255 && (protocol === 'https:' || (allowsHttp && protocol === 'http:'));
}
