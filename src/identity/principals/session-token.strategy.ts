import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { Config } from '../../config/config.js';
import { SESSION_AUDIENCE, SESSION_PURPOSE } from './session-claims.js';
import type { SessionClaims } from './session-claims.js';

/** The request that the strategy sees: only the token, wherever it was taken from. */
export interface TokenCarrier {
  readonly token: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);
const isRowId = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31;

/**
 * The JWT of a session, as a passport strategy: HS256 and nothing else, our audience, not expired. Whether the session
 * still exists is asked of the principals' memory afterwards.
 */
@Injectable()
export class SessionTokenStrategy extends PassportStrategy(Strategy, 'session-token') {
  constructor(config: Config) {
    super({
      jwtFromRequest: (request: unknown) => (request as TokenCarrier).token,
      // A key object spares the import of the secret at every check; the types know only text and bytes.
      secretOrKey: config.secrets.jwt as unknown as Buffer,
      algorithms: ['HS256'],
      audience: SESSION_AUDIENCE,
    });
  }

  /** Signed for another purpose, or of another shape: not a session. */
  validate(claims: Record<string, unknown>): SessionClaims | false {
    const { userId, sessionId, purpose } = claims;
    if (purpose !== SESSION_PURPOSE || !isRowId(userId) || !isUuid(sessionId)) return false;
    return { userId, sessionId };
  }
}
