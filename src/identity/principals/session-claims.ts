/** What a session's JWT says. Every other signed thing of the panel has another audience or purpose. */
export interface SessionClaims {
  readonly userId: number;
  readonly sessionId: string;
}

export const SESSION_AUDIENCE = 'panel';
export const SESSION_PURPOSE = 'session';

/** However often it is used, a session ends this long after the login. */
export const SESSION_ABSOLUTE_SECONDS = 90 * 86_400;
