import jwt from 'jsonwebtoken';
import type { Clock } from './clock.ts';
import { isUuid } from './checks.ts';
import { isNewest } from './options.ts';
import type { WingsOptions } from './options.ts';
import type { JsonObject } from './types.ts';
import { isObject } from './types.ts';

export type Scope = 'websocket' | 'file-upload' | 'file-download' | 'backup-download' | 'transfer';

/** `signature` also covers unparsable tokens; `claims` missing or malformed ones. */
export type TokenFlaw = 'signature' | 'claims' | 'expired' | 'early' | 'issued' | 'denied' | 'scope' | 'used';

export type Verdict = { ok: true; claims: JsonObject } | { ok: false; flaw: TokenFlaw };

const GO_USES = 1;
const RS_USES = 5;

/** Verifies the tokens the panel signs, with the claims each flavour insists on. */
export class TokenVerifier {
  readonly #options: WingsOptions;
  readonly #clock: Clock;
  readonly #secret: () => string;
  readonly #denied = new Map<string, number>();
  readonly #uses = new Map<string, number>();
  readonly #bootTime: number;

  constructor(options: WingsOptions, clock: Clock, secret: () => string) {
    this.#options = options;
    this.#clock = clock;
    this.#secret = secret;
    this.#bootTime = options.bootTime ?? clock.seconds();
  }

  /** Checks signature, claims, times, deny list and scope. */
  verify(token: string, scope: Scope): Verdict {
    const claims = this.#decode(token);
    if (claims === null) return { ok: false, flaw: 'signature' };
    const flaw = this.#flawOf(claims, scope);
    return flaw === null ? { ok: true, claims } : { ok: false, flaw };
  }

  /** Like `verify`, for tokens that may be used only a few times. */
  verifyOnce(token: string, scope: Scope): Verdict {
    const verdict = this.verify(token, scope);
    if (!verdict.ok) return verdict;
    const id = String(verdict.claims.unique_id);
    const uses = (this.#uses.get(id) ?? 0) + 1;
    if (uses > (this.#options.flavour === 'go' ? GO_USES : RS_USES)) return { ok: false, flaw: 'used' };
    this.#uses.set(id, uses);
    return verdict;
  }

  /** Refuses tokens with this `jti` that were issued up to now. */
  deny(jti: string): void {
    this.#denied.set(jti, this.#clock.seconds());
  }

  /** The current flaw of claims that were fine when they were verified. */
  recheck(claims: JsonObject, scope: Scope): TokenFlaw | null {
    return this.#flawOf(claims, scope);
  }

  #decode(token: string): JsonObject | null {
    try {
      const claims: unknown = jwt.verify(token, Buffer.from(this.#secret(), 'utf8'), {
        algorithms: ['HS256'],
        ignoreExpiration: true,
        ignoreNotBefore: true,
      });
      return isObject(claims) ? claims : null;
    } catch {
      return null;
    }
  }

  #flawOf(claims: JsonObject, scope: Scope): TokenFlaw | null {
    const complete = this.#options.flavour === 'rs' ? hasRsClaims(claims) : Number.isInteger(claims.iat);
    if (!complete) return 'claims';
    const flaw = this.#timeFlaw(claims) ?? this.#issueFlaw(claims);
    if (flaw !== null) return flaw;
    if (isNewest(this.#options) && !scopesOf(claims).includes(scope)) return 'scope';
    return hasScopeClaims(claims, scope) ? null : 'claims';
  }

  #timeFlaw(claims: JsonObject): TokenFlaw | null {
    const rs = this.#options.flavour === 'rs';
    const now = this.#clock.seconds();
    const expires = Number(claims.exp ?? 0);
    if (rs ? expires < now : expires <= now) return 'expired';
    const looksAtStart = rs || isNewest(this.#options);
    return looksAtStart && Number(claims.nbf ?? 0) > now ? 'early' : null;
  }

  /** Tokens from before the boot, from the future (`rs`) or from before their denial. */
  #issueFlaw(claims: JsonObject): TokenFlaw | null {
    const rs = this.#options.flavour === 'rs';
    const issued = Number(claims.iat);
    const leeway = isNewest(this.#options) ? 5 : 0;
    if (rs && issued > this.#clock.seconds() + leeway) return 'issued';
    if (issued < this.#bootTime) return rs ? 'issued' : 'denied';
    const deniedAt = this.#denied.get(String(claims.jti));
    return deniedAt !== undefined && issued <= deniedAt ? 'denied' : null;
  }
}

function hasRsClaims(claims: JsonObject): boolean {
  const texts = typeof claims.iss === 'string' && typeof claims.jti === 'string';
  return texts && Array.isArray(claims.aud) && Number.isInteger(claims.iat) && Number.isInteger(claims.exp);
}

function scopesOf(claims: JsonObject): string[] {
  return typeof claims.scope === 'string' ? claims.scope.split(/[ ,]+/) : [];
}

function hasScopeClaims(claims: JsonObject, scope: Scope): boolean {
  if (scope === 'transfer') return isUuid(claims.sub);
  if (scope === 'websocket') {
    return isUuid(claims.user_uuid) && isUuid(claims.server_uuid) && Array.isArray(claims.permissions);
  }
  return typeof claims.unique_id === 'string';
}

/** How `rs` words a flaw, in HTTP errors and after `invalid token: ` on sockets. */
export function reasonOf(flaw: TokenFlaw): string {
  const reasons: Record<TokenFlaw, string> = {
    signature: 'invalid signature',
    claims: 'token has missing or malformed claims',
    expired: 'token is expired',
    early: 'token is not yet valid',
    issued: 'token has invalid issued at time',
    denied: 'token has been denied',
    scope: 'token has been denied',
    used: 'token has already been used',
  };
  return reasons[flaw];
}
