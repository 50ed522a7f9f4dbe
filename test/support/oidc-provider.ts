import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { WebServer } from './web-server.js';
import type { WebRequest } from './web-server.js';

type Claims = Record<string, unknown>;

interface Grant {
  readonly nonce: string | null;
  readonly challenge: string | null;
  readonly redirectUri: string;
}

const CLIENT_ID = 'panel';
const CLIENT_SECRET = 'a secret of the tests';

/** An OpenID Connect provider on loopback: discovery, code flow with PKCE, RS256. Everybody agrees at once. */
export class FakeOidcProvider {
  /** Who signs in next. */
  person: Claims = {};
  /** Changes what the next ID tokens say. */
  lie: (claims: Claims) => Claims = (claims) => claims;
  /** How ID tokens are made. */
  signature: 'RS256' | 'none' | 'foreign' = 'RS256';
  /** What the token endpoint does. */
  tokenEndpoint: 'good' | 'hangs' | 'nonsense' | 'error' = 'good';
  /** Claims that only the userinfo endpoint tells. */
  userinfo: Claims = {};
  /** Calls of the token endpoint. */
  exchanges = 0;
  private server?: WebServer;
  private readonly grants = new Map<string, Grant>();
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  private readonly foreignKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });

  static async start(): Promise<FakeOidcProvider> {
    const provider = new FakeOidcProvider();
    provider.server = await WebServer.start({
      '/.well-known/openid-configuration': () => ({ json: provider.metadata() }),
      '/jwks': () => ({
        json: { keys: [{ ...provider.keys.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256' }] },
      }),
      '/authorize': (request) => provider.authorize(request),
      '/token': (request) => provider.token(request),
      '/userinfo': () => ({ json: { sub: provider.person['sub'], ...provider.userinfo } }),
    });
    return provider;
  }

  get issuer(): string {
    return this.server?.url ?? '';
  }

  /** Variables that make the panel use it under a name. */
  env(name: string): NodeJS.ProcessEnv {
    const prefix = `OIDC_${name.toUpperCase()}`;
    return {
      OIDC_PROVIDERS: name,
      SIGN_IN_ALLOW_PRIVATE: 'true',
      [`${prefix}_NAME`]: 'The house',
      [`${prefix}_ISSUER`]: this.issuer,
      [`${prefix}_CLIENT_ID`]: CLIENT_ID,
      [`${prefix}_CLIENT_SECRET`]: CLIENT_SECRET,
    };
  }

  /** Tells the truth again. */
  reset(): void {
    this.lie = (claims) => claims;
    this.signature = 'RS256';
    this.tokenEndpoint = 'good';
    this.userinfo = {};
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private metadata(): Claims {
    const url = (path: string): string => `${this.issuer}${path}`;
    return {
      issuer: this.issuer,
      authorization_endpoint: url('/authorize'),
      token_endpoint: url('/token'),
      jwks_uri: url('/jwks'),
      userinfo_endpoint: url('/userinfo'),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  private authorize({ query }: WebRequest) {
    const code = randomBytes(8).toString('hex');
    const redirectUri = query.get('redirect_uri') ?? '';
    this.grants.set(code, { nonce: query.get('nonce'), challenge: query.get('code_challenge'), redirectUri });
    const back = new URL(redirectUri);
    back.search = new URLSearchParams({ code, state: query.get('state') ?? '' }).toString();
    return { location: back.href };
  }

  private token({ form }: WebRequest) {
    this.exchanges += 1;
    if (this.tokenEndpoint === 'hangs') return undefined;
    if (this.tokenEndpoint === 'nonsense') return { json: '<h1>It works!</h1>' };
    const grant = this.grants.get(form.get('code') ?? '');
    this.grants.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isClient = form.get('client_id') === CLIENT_ID && form.get('client_secret') === CLIENT_SECRET;
    const isGood = isClient && grant?.challenge === challenge && grant.redirectUri === form.get('redirect_uri');
    if (!isGood || this.tokenEndpoint === 'error') return { status: 400, json: { error: 'invalid_grant' } };
    return {
      json: { access_token: randomBytes(8).toString('hex'), token_type: 'Bearer', id_token: this.idToken(grant) },
    };
  }

  private idToken({ nonce }: Grant): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: CLIENT_ID, iat: now, exp: now + 300, nonce, ...this.person };
    const head = encoded({ alg: this.signature === 'none' ? 'none' : 'RS256', kid: 'k', typ: 'JWT' });
    const content = `${head}.${encoded(this.lie(claims))}`;
    if (this.signature === 'none') return `${content}.`;
    const { privateKey } = this.signature === 'foreign' ? this.foreignKeys : this.keys;
    return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`;
  }
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
