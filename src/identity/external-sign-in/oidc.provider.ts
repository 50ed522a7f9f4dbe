import * as oidc from 'openid-client';
import type { GuardedFetch } from '../../common/net/guarded-fetch.js';
import type { OidcSettings } from '../../config/sign-in-providers.js';
import { namesOf, verifiedAddress } from './external-provider.js';
import type { ExternalAttempt, ExternalProfile, ExternalProvider } from './external-provider.js';

/** The provider's document is asked for again after so long: addresses and keys move. */
const METADATA_LIFETIME_MS = 3_600_000;
const TIMEOUT_SECONDS = 10;

/** By its name only: the library marks the function as deprecated so that its use stands out. */
const allowHttp = (oidc as Readonly<Record<string, unknown>>)['allowInsecureRequests'] as (
  configuration: oidc.Configuration,
) => void;

/** How the panel talks to providers. */
export interface OidcTransport {
  readonly fetch: GuardedFetch;
  /** Whether http is accepted, for providers on private addresses. */
  readonly allowsHttp: boolean;
}

/** An OpenID Connect provider: discovery, code flow with PKCE, state and nonce, a signed ID token. */
export class OidcProvider implements ExternalProvider {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  private known?: { readonly configuration: Promise<oidc.Configuration>; readonly until: number };

  constructor(
    private readonly settings: OidcSettings,
    private readonly transport: OidcTransport,
  ) {
    this.id = settings.id;
    this.name = settings.name;
    this.issuer = settings.issuer;
  }

  async authorizationUrl({ state, nonce, verifier, redirectUri }: ExternalAttempt): Promise<string> {
    const url = oidc.buildAuthorizationUrl(await this.configuration(), {
      redirect_uri: redirectUri,
      scope: this.settings.scopes,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  }

  async profile(query: URLSearchParams, attempt: ExternalAttempt): Promise<ExternalProfile> {
    const configuration = await this.configuration();
    const redirect = new URL(`?${query.toString()}`, attempt.redirectUri);
    const tokens = await oidc.authorizationCodeGrant(configuration, redirect, {
      pkceCodeVerifier: attempt.verifier,
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    // OpenID Connect Core 1.0, 2: at most 255 characters.
    if (claims === undefined || claims.sub === '' || claims.sub.length > 255) throw new Error('no subject');
    const needsMore = claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined;
    const more = needsMore ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {};
    return toProfile({ ...more, ...claims });
  }

  /** A failed discovery is not kept. */
  private configuration(): Promise<oidc.Configuration> {
    if (this.known !== undefined && this.known.until > Date.now()) return this.known.configuration;
    const configuration = this.discover();
    this.known = { configuration, until: Date.now() + METADATA_LIFETIME_MS };
    configuration.catch(() => delete this.known);
    return configuration;
  }

  private async discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const { fetch, allowsHttp } = this.transport;
    const found = await oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      [oidc.customFetch]: fetch,
      timeout: TIMEOUT_SECONDS,
      execute: allowsHttp ? [allowHttp] : [],
    });
    const metadata = found.serverMetadata();
    // What a provider does not list is `client_secret_basic` (OpenID Connect Discovery 1.0, 3).
    const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const authentication = methods.includes('client_secret_post') ? oidc.ClientSecretPost : oidc.ClientSecretBasic;
    const configuration = new oidc.Configuration(metadata, clientId, clientSecret, authentication(clientSecret));
    configuration[oidc.customFetch] = fetch;
    configuration.timeout = TIMEOUT_SECONDS;
    // The library would trust the connection alone: an ID token must also be signed by the provider's keys.
    oidc.enableNonRepudiationChecks(configuration);
    if (allowsHttp) allowHttp(configuration);
    return configuration;
  }
}

function toProfile(claims: Readonly<Record<string, unknown>> & { readonly sub: string }): ExternalProfile {
  const { sub: subject, email, email_verified: verified, given_name, family_name, name } = claims;
  // Some providers send the flag as text.
  const isVerified = verified === true || verified === 'true';
  return {
    subject,
    email: verifiedAddress(email, isVerified),
    ...namesOf(given_name, family_name, name),
  };
}
