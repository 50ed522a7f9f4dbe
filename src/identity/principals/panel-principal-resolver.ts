import { Injectable } from '@nestjs/common';
import type { Credential } from '../../common/access/credential.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { PrincipalResolver } from '../../common/access/principal-resolver.js';
import type { ResolvedPrincipal } from '../../common/access/principal-resolver.js';
import { digest } from '../../common/crypto/digest.js';
import { PanelError, unauthorized } from '../../common/errors/panel-error.js';
import { Identities } from './identities.js';
import type { KnownApiKey } from './identities.js';
import { LastUse } from './last-use.js';
import { SessionTokens } from './session-tokens.js';

/** Keys of any other form cost no query. */
const API_KEY = /^[0-9a-f]{64}$/;

/** Turns a credential into its account, in the order and with the texts of contract auth-users 0.1 and 0.3. */
@Injectable()
export class PanelPrincipalResolver extends PrincipalResolver {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly identities: Identities,
    private readonly lastUse: LastUse,
  ) {
    super();
  }

  async resolve(credential: Credential, clientIp: string): Promise<ResolvedPrincipal> {
    switch (credential.kind) {
      case 'bearer':
        return this.fromBearer(credential.value, credential.cookie, clientIp);
      case 'cookie':
        return { principal: await this.fromSession(credential.value), fromCookie: true };
      case 'api-key':
        return { principal: await this.fromApiKey(credential.value, clientIp, 'Invalid API key'), fromCookie: false };
      default:
        throw unauthorized('Invalid token format', 'auth.malformed');
    }
  }

  private async fromBearer(value: string, cookie: string | undefined, clientIp: string): Promise<ResolvedPrincipal> {
    if (!this.tokens.isJwt(value)) {
      return { principal: await this.fromApiKey(value, clientIp, 'Invalid token'), fromCookie: false };
    }
    try {
      return { principal: await this.fromSession(value), fromCookie: false };
    } catch (error) {
      // A browser may hold an old token in its storage beside a good cookie: then the cookie counts.
      if (cookie === undefined || !isRefusal(error)) throw error;
      const principal = await this.fromSession(cookie).catch((second: unknown) => {
        throw isRefusal(second) ? error : second;
      });
      return { principal, fromCookie: true };
    }
  }

  private async fromSession(token: string): Promise<UserPrincipal> {
    const claims = await this.tokens.verify(token);
    if (claims === undefined) throw unauthorized('Invalid token', 'auth.token_invalid');
    const { account } = await this.identities.session(claims);
    this.lastUse.ofSession(claims.sessionId, account.id);
    return new UserPrincipal(account, { kind: 'session', sessionId: claims.sessionId });
  }

  private async fromApiKey(value: string, clientIp: string, unknownText: string): Promise<UserPrincipal> {
    if (!API_KEY.test(value)) throw unauthorized(unknownText, 'auth.api_key_unknown');
    const key = await this.knownKey(value, unknownText);
    const expired = key.expiresAt !== null && key.expiresAt.getTime() <= Date.now();
    if (expired || key.allowedFrom?.has(clientIp) === false)
      throw unauthorized('Invalid API key', 'auth.api_key_refused');
    const { account } = await this.identities.account(key.userId);
    this.lastUse.ofApiKey(key.id);
    const { id: apiKeyId, type, permissions, boundTo, organisationId } = key;
    return new UserPrincipal(account, {
      kind: 'api-key',
      apiKeyId,
      type,
      permissions,
      ...(boundTo !== undefined && { servers: boundTo }),
      ...(organisationId !== null && { organisationId }),
    });
  }

  private async knownKey(value: string, unknownText: string): Promise<KnownApiKey> {
    try {
      return await this.identities.apiKey(Buffer.from(digest(value)).toString('hex'));
    } catch (error) {
      throw isRefusal(error) ? unauthorized(unknownText, 'auth.api_key_unknown') : error;
    }
  }
}

const isRefusal = (error: unknown): boolean => error instanceof PanelError && error.status === 401;
