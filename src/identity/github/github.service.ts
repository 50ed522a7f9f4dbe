import { Injectable } from '@nestjs/common';
import { guardedFetch } from '../../common/net/guarded-fetch.js';
import type { GuardedFetch, GuardedRequest } from '../../common/net/guarded-fetch.js';
import { Config } from '../../config/config.js';
import type { GitHubSettings } from '../../config/sign-in-providers.js';

/** GitHub refused, was silent, or answered nonsense. Says where, never what GitHub said. */
export class GitHubFailed extends Error {}

export interface GitHubUser {
  readonly id: number;
  readonly login: string;
  readonly name: string | null;
}

interface Authorization {
  readonly state: string;
  readonly redirectUri: string;
  /** PKCE, S256. */
  readonly codeChallenge?: string;
}

const SCOPES = 'read:user user:email';

/** The calls to GitHub (or a GitHub Enterprise server) that signing in and verifying students need. */
@Injectable()
export class GitHub {
  private readonly fetch: GuardedFetch;
  private readonly settings: GitHubSettings | undefined;

  constructor(config: Config) {
    this.settings = config.github;
    this.fetch = guardedFetch({ allowsPrivate: config.env.SIGN_IN_ALLOW_PRIVATE });
  }

  get isConfigured(): boolean {
    return this.settings !== undefined;
  }

  /** Where the person is sent to agree. */
  authorizationUrl({ state, redirectUri, codeChallenge }: Authorization): string {
    const { url, clientId } = this.configured();
    const query = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, scope: SCOPES, state });
    if (codeChallenge !== undefined) {
      query.set('code_challenge', codeChallenge);
      query.set('code_challenge_method', 'S256');
    }
    return `${url}/login/oauth/authorize?${query.toString()}`;
  }

  /** The access token for a code. @throws GitHubFailed */
  async exchange(code: string, redirectUri: string, codeVerifier?: string): Promise<string> {
    const { url, clientId, clientSecret } = this.configured();
    const body = new URLSearchParams({
      client_id: clientId,
      client_secret: clientSecret,
      code,
      redirect_uri: redirectUri,
      ...(codeVerifier !== undefined && { code_verifier: codeVerifier }),
    });
    const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await this.call(`${url}/login/oauth/access_token`, { method: 'POST', headers, body });
    const token = fieldOf(answer, 'access_token');
    if (typeof token !== 'string' || token === '') throw new GitHubFailed('no access token');
    return token;
  }

  /** @throws GitHubFailed */
  async user(token: string): Promise<GitHubUser> {
    const answer = await this.read(`${this.configured().apiUrl}/user`, token);
    const [id, login, name] = [fieldOf(answer, 'id'), fieldOf(answer, 'login'), fieldOf(answer, 'name')];
    if (!Number.isSafeInteger(id) || typeof login !== 'string') throw new GitHubFailed('no user');
    return { id: Number(id), login, name: typeof name === 'string' ? name : null };
  }

  /** The primary address, when it is verified. @throws GitHubFailed */
  async verifiedEmail(token: string): Promise<string | undefined> {
    const answer = await this.read(`${this.configured().apiUrl}/user/emails`, token);
    const list: unknown[] = Array.isArray(answer) ? answer : [];
    const primary = list.find((entry) => fieldOf(entry, 'primary') === true && fieldOf(entry, 'verified') === true);
    const email = fieldOf(primary, 'email');
    return typeof email === 'string' ? email : undefined;
  }

  /** Whether GitHub Education knows the person as a student. @throws GitHubFailed */
  async isStudent(token: string): Promise<boolean> {
    return fieldOf(await this.read(this.configured().educationUrl, token), 'student') === true;
  }

  private configured(): GitHubSettings {
    if (this.settings === undefined) throw new GitHubFailed('not configured');
    return this.settings;
  }

  private read(address: string, token: string): Promise<unknown> {
    const headers = { accept: 'application/json', authorization: `Bearer ${token}`, 'user-agent': 'panel' };
    return this.call(address, { headers });
  }

  private async call(address: string, init: GuardedRequest): Promise<unknown> {
    const { pathname } = new URL(address);
    try {
      const answer = await this.fetch(address, init);
      if (answer.ok) return await answer.json();
      throw new GitHubFailed(`${pathname} answered ${answer.status}`);
    } catch (error) {
      if (error instanceof GitHubFailed) throw error;
      throw new GitHubFailed(`${pathname}: ${(error as Error).name}`);
    }
  }
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
