/** What a daemon presented. */
export interface PresentedToken {
  /** The part before the dot; undefined when only the token was sent. */
  readonly id: string | undefined;
  readonly token: string;
}

const BEARER = /^Bearer +(\S{1,512})$/i;

/** Takes `Bearer <id>.<token>` apart at the first dot; a value without a dot is the token alone. Undefined otherwise. */
export function presentedTokenOf(authorization: string | undefined): PresentedToken | undefined {
  const value = BEARER.exec(authorization ?? '')?.[1];
  if (value === undefined) return undefined;
  const dot = value.indexOf('.');
  if (dot < 0) return { id: undefined, token: value };
  const token = value.slice(dot + 1);
  return token === '' ? undefined : { id: value.slice(0, dot), token };
}
