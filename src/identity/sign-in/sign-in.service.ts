import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { assertNotFrozen } from '../../common/access/access.guard.js';
import { CsrfProtection } from '../../common/access/csrf.js';
import { UserPrincipal } from '../../common/access/principal.js';
import type { Account } from '../../common/access/principal.js';
import type { AuthMethod } from '../../generated/prisma/enums.js';
import { GeoBlock } from '../geo-block/geo-block.service.js';
import { Identities } from '../principals/identities.js';
import { SessionTokens } from '../principals/session-tokens.js';
import { Sessions } from '../sessions/sessions.service.js';
import { toSessionUser } from '../users/user.mapper.js';
import type { LoginResponse, TwoFactorRequiredResponse } from './dto/sign-in.dto.js';
import { LoginChallenges } from './login-challenges.js';
import { SessionCookie } from './session-cookie.js';

/** The browser that signs in: where it comes from, and the answer that gets its cookie. */
export interface SignInClient {
  ip: string;
  headers: IncomingHttpHeaders;
  response: Response;
  /** A cookie of ours proves that this browser began to sign in: a redirect comes from another site and is ours. */
  beganHere?: boolean;
}

/** An account whose owner proved a factor. */
export interface ProvedAccount {
  readonly account: Account;
  /** Of its sessions, read before or with what the factor was compared with: who ends them all ends this proof too. */
  readonly generation: number;
}

/** What every way of signing in ends with: the session, its cookie, its CSRF header. */
@Injectable()
export class SignIn {
  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: SessionTokens,
    private readonly csrf: CsrfProtection,
    private readonly cookie: SessionCookie,
    private readonly identities: Identities,
    private readonly challenges: LoginChallenges,
    private readonly geoBlock: GeoBlock,
  ) {}

  /**
   * What every first factor ends with: the session, or, when the account has a second factor, a pending token that
   * waits for it. `method` and `action` are those of the session if it opens at once.
   * @throws PanelError 403 for a suspended account, 401 when all sessions were ended meanwhile.
   */
  async afterFirstFactor(
    proved: ProvedAccount,
    method: AuthMethod,
    client: SignInClient,
    action: string,
  ): Promise<LoginResponse | TwoFactorRequiredResponse> {
    assertMaySignIn(proved.account);
    const tempToken = await this.challenges.begin(proved.account.id, proved.generation);
    if (tempToken !== undefined) return { twoFactorRequired: true, tempToken };
    return this.complete(proved, method, client, action);
  }

  /**
   * Opens the session of somebody whose factors are proved. `action` is the word of the activity log.
   *
   * A foreign page that posts a form gets no cookie: it could sign a visitor in to an account of its own.
   * @throws PanelError 403 for a suspended account; only who proved to be its owner learns that. 401 when all sessions
   * were ended since the proof.
   */
  async complete(
    { account, generation }: ProvedAccount,
    method: AuthMethod,
    client: SignInClient,
    action: string,
  ): Promise<LoginResponse> {
    assertMaySignIn(account);
    const { ip, headers, response } = client;
    const owner = { userId: account.id, generation };
    const sessionId = await this.sessions.open(owner, method, { ip, userAgent: headers['user-agent'] }, action);
    const principal = new UserPrincipal(account, { kind: 'session', sessionId });
    const token = this.tokens.sign({ userId: account.id, sessionId });
    if (client.beganHere === true || this.csrf.isSameSite(headers)) this.cookie.set(response, token);
    const identity = await this.identities.account(account.id);
    const level = this.geoBlock.levelOf(identity.profile.billingCountry);
    return { token, csrfToken: this.csrf.tokenFor(sessionId), user: toSessionUser(identity, principal, level) };
  }
}

const assertMaySignIn = (account: Account): void =>
  assertNotFrozen(new UserPrincipal(account, { kind: 'session', sessionId: '' }));
