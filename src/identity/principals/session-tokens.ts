import { Injectable } from '@nestjs/common';
import jsonwebtoken from 'jsonwebtoken';
import passport from 'passport';
import { Config } from '../../config/config.js';
import { SESSION_ABSOLUTE_SECONDS, SESSION_AUDIENCE, SESSION_PURPOSE } from './session-claims.js';
import type { SessionClaims } from './session-claims.js';
import { SessionTokenStrategy } from './session-token.strategy.js';
import type { TokenCarrier } from './session-token.strategy.js';

const JWT_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const MAXIMUM_LENGTH = 2_048;

/** What passport makes; it knows the request only as what the strategy reads of it. */
type Handler = (request: TokenCarrier, response: object, next: (error?: Error | null) => void) => void;

/** Signs and checks the JWTs of sessions; the same check for HTTP and for sockets. */
@Injectable()
export class SessionTokens {
  /** An instance of its own: passport's shared one would mix the keys of two panels in one process. */
  private readonly passport = new passport.Passport();

  constructor(
    private readonly config: Config,
    strategy: SessionTokenStrategy,
  ) {
    this.passport.use('session-token', strategy);
  }

  /** The JWT of a new session. It lives as long as a session can; the row decides about idle ones. */
  sign({ userId, sessionId }: SessionClaims): string {
    return jsonwebtoken.sign({ userId, sessionId, purpose: SESSION_PURPOSE }, this.config.secrets.jwt, {
      algorithm: 'HS256',
      audience: SESSION_AUDIENCE,
      expiresIn: SESSION_ABSOLUTE_SECONDS,
    });
  }

  isJwt(value: string): boolean {
    return value.length <= MAXIMUM_LENGTH && JWT_SHAPE.test(value);
  }

  /** The claims of a session's JWT; undefined for everything else. */
  verify(token: string): Promise<SessionClaims | undefined> {
    if (!this.isJwt(token)) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const done = (error?: Error | null, claims?: SessionClaims | false): void => {
        if (error) reject(error);
        else resolve(claims === false ? undefined : claims);
      };
      const carrier: TokenCarrier = { token };
      const authenticate = this.passport.authenticate('session-token', { session: false }, done) as Handler;
      authenticate(carrier, {}, done);
    });
  }
}
