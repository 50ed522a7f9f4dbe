/** base64url without padding, as WebAuthn's JSON forms carry bytes. */
export const toBase64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

export const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'base64url'));

/** How authenticators know an account: the decimal id as UTF-8 (contract auth-users 6). */
export const userHandleOf = (userId: number): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(String(userId)));

/** The account that an authenticator named; undefined when it names none or something else. */
export function userIdOfHandle(handle: string | undefined): number | undefined {
  const text = Buffer.from(handle ?? '', 'base64url').toString('utf8');
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined;
}

/** The challenge that a browser says it answered; undefined for what is no client data. */
export function challengeOf(clientDataJSON: string): string | undefined {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')) as {
      challenge?: unknown;
    };
    return typeof challenge === 'string' && challenge.length <= 128 ? challenge : undefined;
  } catch {
    return undefined;
  }
}
