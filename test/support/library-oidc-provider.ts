import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { Adapter, AdapterPayload, Configuration } from 'oidc-provider';

const CLIENT_ID = 'panel';
const CLIENT_SECRET = 'a secret of the tests, as long as it has to be';
const LIFETIME = 600;
const PAGE = /^\/interaction\/([\w-]+)$/;

/** What the provider knows of somebody. */
export interface ProviderPerson {
  readonly email: string;
  readonly email_verified: boolean;
  readonly given_name: string;
  readonly family_name: string;
}

/**
 * An OpenID Connect provider that others wrote (`oidc-provider`, certified by the OpenID Foundation), on loopback. It
 * insists on PKCE, on the registered redirect address and on a login and a consent, whose pages are two forms.
 */
export class LibraryOidcProvider {
  /** By the name that they log in with, which is also their subject. */
  readonly people = new Map<string, ProviderPerson>();

  private constructor(
    private readonly server: Server,
    private readonly provider: Provider,
  ) {}

  /** @param redirectUri where the panel wants people to come back. */
  static async start(redirectUri: string): Promise<LibraryOidcProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const started: LibraryOidcProvider = new LibraryOidcProvider(
      server,
      new Provider(
        issuer,
        configuration(redirectUri, (login) => started.people.get(login)),
      ),
    );
    const protocol = started.provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const page =
        PAGE.exec(request.url ?? '') === null ? protocol(request, response) : started.page(request, response);
      page.catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    return started;
  }

  /** Variables that make the panel use it under a name. */
  env(name: string): NodeJS.ProcessEnv {
    const prefix = `OIDC_${name.toUpperCase()}`;
    return {
      OIDC_PROVIDERS: name,
      SIGN_IN_ALLOW_PRIVATE: 'true',
      [`${prefix}_ISSUER`]: this.provider.issuer,
      [`${prefix}_CLIENT_ID`]: CLIENT_ID,
      [`${prefix}_CLIENT_SECRET`]: CLIENT_SECRET,
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** A form that asks who it is, then one that asks whether he agrees; sent with `no`, it is left. */
  private async page(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const interaction = await this.provider.interactionDetails(request, response);
    const { prompt, params, session, grantId } = interaction;
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html');
      response.end(`<form method="post"><input name="${prompt.name}"></form>`);
      return;
    }
    const form = await readForm(request);
    const login = form.get('login');
    if (form.has('no')) {
      await this.provider.interactionFinished(request, response, { error: 'access_denied' });
    } else if (prompt.name === 'login') {
      await this.provider.interactionFinished(request, response, { login: { accountId: login ?? '' } });
    } else {
      const accountId = session?.accountId ?? '';
      const known = grantId === undefined ? undefined : await this.provider.Grant.find(grantId);
      const grant = known ?? new this.provider.Grant({ accountId, clientId: String(params['client_id']) });
      const { missingOIDCScope: scopes = [], missingOIDCClaims: claims = [] } = prompt.details as MissingConsent;
      grant.addOIDCScope(scopes.join(' '));
      grant.addOIDCClaims(claims);
      const consent = { grantId: await grant.save() };
      await this.provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
    }
  }
}

interface MissingConsent {
  readonly missingOIDCScope?: string[];
  readonly missingOIDCClaims?: string[];
}

function configuration(redirectUri: string, find: (login: string) => ProviderPerson | undefined): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const client = {
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'client_secret_post' as const,
  };
  return {
    clients: [client],
    adapter: MemoryAdapter,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { Interaction: LIFETIME, Session: LIFETIME, Grant: LIFETIME, AccessToken: LIFETIME, IdToken: LIFETIME },
    renderError: (context, problem) => void (context.body = JSON.stringify(problem)),
    findAccount: (_context, login) => {
      const person = find(login);
      return person && { accountId: login, claims: () => ({ sub: login, ...person }) };
    },
  };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return new URLSearchParams(body);
}

/** What a provider remembers of one kind, in memory: the library's own says that it is for development only. */
class MemoryAdapter implements Adapter {
  private readonly rows = new Map<string, AdapterPayload>();

  upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.rows.set(id, payload);
    return Promise.resolve();
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.rows.get(id));
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve([...this.rows.values()].find((row) => row.uid === uid));
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve([...this.rows.values()].find((row) => row.userCode === userCode));
  }

  consume(id: string): Promise<void> {
    const row = this.rows.get(id);
    if (row !== undefined) row['consumed'] = Math.floor(Date.now() / 1000);
    return Promise.resolve();
  }

  destroy(id: string): Promise<void> {
    this.rows.delete(id);
    return Promise.resolve();
  }

  revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, row] of this.rows) if (row.grantId === grantId) this.rows.delete(id);
    return Promise.resolve();
  }
}
