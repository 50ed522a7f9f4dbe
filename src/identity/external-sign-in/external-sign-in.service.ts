import { Injectable } from '@nestjs/common';
import type { Account, UserPrincipal } from '../../common/access/principal.js';
import { randomSecret } from '../../common/crypto/digest.js';
import { PanelError, unavailable } from '../../common/errors/panel-error.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { Challenges } from '../challenges/challenges.service.js';
import { Identities } from '../principals/identities.js';
import { BrowserBinding } from '../sign-in/browser-binding.js';
import { SignIn } from '../sign-in/sign-in.service.js';
import type { SignInClient } from '../sign-in/sign-in.service.js';
import type { ExternalCallbackQuery, ExternalProviderResponse } from './dto/external-sign-in.dto.js';
import { ExternalAccounts } from './external-accounts.service.js';
import type { LinkedAccount } from './external-accounts.service.js';
import { ExternalRefusal } from './external-provider.js';
import type { ExternalAttempt, ExternalProfile, ExternalProvider } from './external-provider.js';
import { ExternalProviders } from './external-providers.js';

const LIFETIME_SECONDS = 600;
const COOKIE = 'external_sign_in';

/** What the panel remembers of an attempt until the browser is back. */
interface Remembered {
  readonly provider: string;
  readonly nonce: string;
  readonly verifier: string;
  /** What the cookie of the browser that left holds. */
  readonly browser: string;
  /** The session that links; absent when somebody signs in. */
  readonly sessionId?: string | undefined;
}

interface Begun {
  readonly attempt: ExternalAttempt;
  readonly link?: { readonly userId: number; readonly sessionId: string };
}

/** Signs people in with an account of somewhere else, or links it to theirs. */
@Injectable()
export class ExternalSignIn {
  constructor(
    private readonly providers: ExternalProviders,
    private readonly accounts: ExternalAccounts,
    private readonly challenges: Challenges,
    private readonly binding: BrowserBinding,
    private readonly identities: Identities,
    private readonly signIn: SignIn,
    private readonly config: Config,
  ) {}

  list(): ExternalProviderResponse[] {
    return this.providers.all.map(({ id, name }) => ({ id, name }));
  }

  /**
   * Where the browser goes to prove who it is; state, nonce and PKCE verifier stay here.
   * @throws PanelError 404, 503 while the provider cannot be reached.
   */
  async start(providerId: string, { response }: SignInClient, caller?: UserPrincipal): Promise<string> {
    const provider = this.providers.byId(providerId);
    const attempt = {
      state: randomSecret(),
      nonce: randomSecret(),
      verifier: randomSecret(),
      redirectUri: this.redirectUri(provider),
    };
    const redirect = await provider.authorizationUrl(attempt).catch((error: unknown) => {
      report(provider, error);
      throw unavailable('The provider cannot be reached', 'external_sign_in.provider_unavailable');
    });
    const { nonce, verifier } = attempt;
    const browser = this.binding.bind(COOKIE, response, LIFETIME_SECONDS);
    const payload: Remembered = { provider: provider.id, nonce, verifier, browser, sessionId: caller?.sessionId };
    const lifetimeSeconds = LIFETIME_SECONDS;
    await this.challenges.issue('external_sign_in', attempt.state, {
      userId: caller?.userId,
      lifetimeSeconds,
      payload,
    });
    return redirect;
  }

  /** What the provider's redirect ends in: the dashboard with a session, or a page that tells what was wrong. */
  async finish(providerId: string, query: ExternalCallbackQuery, client: SignInClient): Promise<string> {
    const provider = this.providers.byId(providerId);
    const panel = this.config.frontendUrl;
    const begun = await this.begun(provider, query.state, client);
    const page = begun?.link === undefined ? 'login' : 'dashboard/settings';
    try {
      if (begun === undefined) throw new ExternalRefusal('state_invalid');
      const profile = await this.profile(provider, query, begun.attempt);
      const visitor = { provider, profile, ip: client.ip };
      if (begun.link === undefined) {
        return await this.enter(await this.accounts.accountOf(visitor), client);
      }
      await this.assertSignedIn(begun.link);
      await this.accounts.link(visitor, begun.link.userId);
      return `${panel}/dashboard/settings?externalLinked=${provider.id}`;
    } catch (error) {
      if (error instanceof ExternalRefusal) return `${panel}/${page}?externalError=${error.code}`;
      throw error;
    }
  }

  /** The attempt that comes back, once, and only to the browser that began it. */
  private async begun(
    provider: ExternalProvider,
    state: string | undefined,
    client: SignInClient,
  ): Promise<Begun | undefined> {
    const taken = state === undefined ? undefined : await this.challenges.take<Remembered>('external_sign_in', state);
    if (state === undefined || taken === undefined || taken.payload.provider !== provider.id) return undefined;
    const { nonce, verifier, browser, sessionId } = taken.payload;
    if (!this.binding.isBound(COOKIE, client, browser)) return undefined;
    const attempt = { state, nonce, verifier, redirectUri: this.redirectUri(provider) };
    const isLink = taken.userId !== null && sessionId !== undefined;
    return { attempt, ...(isLink && { link: { userId: taken.userId, sessionId } }) };
  }

  private async profile(
    provider: ExternalProvider,
    { code, state, error, iss }: ExternalCallbackQuery,
    attempt: ExternalAttempt,
  ): Promise<ExternalProfile> {
    if (error !== undefined) throw new ExternalRefusal(error === 'access_denied' ? 'cancelled' : 'provider_failed');
    const given = new URLSearchParams();
    for (const [key, value] of Object.entries({ code, state, iss })) if (value !== undefined) given.set(key, value);
    try {
      return await provider.profile(given, attempt);
    } catch (reason) {
      report(provider, reason);
      throw new ExternalRefusal('provider_failed');
    }
  }

  /**
   * The provider stands for the password, not for a second factor: an account that has one is still asked for it. The
   * pending token goes in the fragment, which browsers send to nobody.
   */
  private async enter({ userId, generation }: LinkedAccount, client: SignInClient): Promise<string> {
    const proved = { account: await this.accountFor(userId), generation };
    const begun = { ...client, beganHere: true };
    const answer = await this.signIn.afterFirstFactor(proved, 'external', begun, 'login_external').catch(refused);
    const panel = this.config.frontendUrl;
    return 'tempToken' in answer ? `${panel}/login#twoFactor=${answer.tempToken}` : `${panel}/dashboard`;
  }

  private async accountFor(userId: number): Promise<Account> {
    const identity = await this.identities.find(userId);
    if (identity === undefined) throw new ExternalRefusal('session_over');
    return identity.account;
  }

  /** Whoever signed out, or was signed out, since he began to link does not link any more. */
  private async assertSignedIn(link: { userId: number; sessionId: string }): Promise<void> {
    const identity = await this.identities.session(link).catch((error: unknown) => {
      throw error instanceof PanelError && error.status === 401 ? new ExternalRefusal('session_over') : error;
    });
    if (identity.account.suspended) throw new ExternalRefusal('suspended');
  }

  private redirectUri({ id }: ExternalProvider): string {
    return `${this.config.panelUrl}/api/auth/external/${id}/callback`;
  }
}

function refused(error: unknown): never {
  if (error instanceof PanelError && error.status === 403) throw new ExternalRefusal('suspended');
  throw error instanceof PanelError && error.status === 401 ? new ExternalRefusal('session_over') : error;
}

/** Names the fault and nothing that the provider wrote. */
function report({ id }: ExternalProvider, error: unknown): void {
  const { name, code } = error as { name?: string; code?: unknown };
  logger.warn({ provider: id, reason: typeof code === 'string' ? code : name }, 'external sign-in failed');
}
