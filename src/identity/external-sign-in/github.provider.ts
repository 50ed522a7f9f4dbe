import { calculatePKCECodeChallenge } from 'openid-client';
import type { GitHub } from '../github/github.service.js';
import { namesOf, verifiedAddress } from './external-provider.js';
import type { ExternalAttempt, ExternalProfile, ExternalProvider } from './external-provider.js';

/** GitHub: OAuth without an ID token, so the panel asks who it is with the access token. */
export class GitHubProvider implements ExternalProvider {
  readonly id = 'github';
  readonly name = 'GitHub';

  constructor(
    private readonly github: GitHub,
    readonly issuer: string,
  ) {}

  async authorizationUrl({ state, verifier, redirectUri }: ExternalAttempt): Promise<string> {
    const codeChallenge = await calculatePKCECodeChallenge(verifier);
    return this.github.authorizationUrl({ state, redirectUri, codeChallenge });
  }

  async profile(query: URLSearchParams, { verifier, redirectUri }: ExternalAttempt): Promise<ExternalProfile> {
    const token = await this.github.exchange(query.get('code') ?? '', redirectUri, verifier);
    const [user, email] = await Promise.all([this.github.user(token), this.github.verifiedEmail(token)]);
    return {
      subject: String(user.id),
      email: verifiedAddress(email, true),
      ...namesOf(undefined, undefined, user.name ?? user.login),
    };
  }
}
