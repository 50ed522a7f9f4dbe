import { createHash, randomBytes } from 'node:crypto';
import { WebServer } from './web-server.js';
import type { WebRequest } from './web-server.js';

const CLIENT_ID = 'github-client';
const CLIENT_SECRET = 'github secret of the tests';

/** GitHub on loopback, as far as signing in and verifying students ask it. Everybody agrees at once. */
export class FakeGitHub {
  user: { id: number; login: string; name: string | null } = { id: 1, login: 'octocat', name: 'Mona Lisa Octocat' };
  emails: { email: string; primary: boolean; verified: boolean }[] = [];
  student: unknown = { student: false };
  /** What the token endpoint does. */
  tokenEndpoint: 'good' | 'refuses' = 'good';
  private server?: WebServer;
  private readonly codes = new Map<string, string | null>();
  private readonly tokens = new Set<string>();

  static async start(): Promise<FakeGitHub> {
    const github = new FakeGitHub();
    github.server = await WebServer.start({
      '/login/oauth/authorize': (request) => github.authorize(request),
      '/login/oauth/access_token': (request) => github.exchange(request),
      '/api/user': (request) => github.forToken(request, github.user),
      '/api/user/emails': (request) => github.forToken(request, github.emails),
      '/education': (request) => github.forToken(request, github.student),
    });
    return github;
  }

  /** Variables that make the panel use it. */
  get env(): NodeJS.ProcessEnv {
    const url = this.server?.url ?? '';
    return {
      GITHUB_CLIENT_ID: CLIENT_ID,
      GITHUB_CLIENT_SECRET: CLIENT_SECRET,
      GITHUB_SIGN_IN: 'true',
      GITHUB_URL: url,
      GITHUB_API_URL: `${url}/api`,
      GITHUB_EDUCATION_URL: `${url}/education`,
      SIGN_IN_ALLOW_PRIVATE: 'true',
    };
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private authorize({ query }: WebRequest) {
    const code = randomBytes(8).toString('hex');
    this.codes.set(code, query.get('code_challenge'));
    const back = new URL(query.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code, state: query.get('state') ?? '' }).toString();
    return { location: back.href };
  }

  /** As GitHub does, a refusal comes with the status 200. */
  private exchange({ form }: WebRequest) {
    const code = form.get('code') ?? '';
    const challenge = this.codes.get(code);
    this.codes.delete(code);
    const verifier = form.get('code_verifier');
    const given = verifier === null ? null : createHash('sha256').update(verifier).digest('base64url');
    const isClient = form.get('client_id') === CLIENT_ID && form.get('client_secret') === CLIENT_SECRET;
    if (!isClient || challenge !== given || this.tokenEndpoint === 'refuses') {
      return { json: { error: 'bad_verification_code' } };
    }
    const token = randomBytes(8).toString('hex');
    this.tokens.add(token);
    return { json: { access_token: token, token_type: 'bearer', scope: 'read:user,user:email' } };
  }

  private forToken({ headers }: WebRequest, json: unknown) {
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    return this.tokens.has(token) ? { json } : { status: 401, json: { message: 'Bad credentials' } };
  }
}
