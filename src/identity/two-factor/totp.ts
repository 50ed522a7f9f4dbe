import { generateSecret, generateURI, verifySync } from 'otplib';

const PERIOD_SECONDS = 30;
const SIX_DIGITS = /^\d{6}$/;

/** A new seed of 160 bits, base32. */
export const newSeed = (): string => generateSecret();

/** What authenticator apps read from a QR code. */
export const otpauthUrl = (seed: string, issuer: string, email: string): string =>
  generateURI({ issuer, label: email, secret: seed });

/**
 * The time step (Unix seconds / 30) that a code belongs to: the present one or a neighbour (RFC 6238: SHA-1, 6 digits,
 * 30 s). Undefined for every other code.
 * @param now Unix seconds.
 */
export function stepOf(seed: string, code: string, now = Math.floor(Date.now() / 1000)): number | undefined {
  if (!SIX_DIGITS.test(code)) return undefined;
  const options = { secret: seed, token: code, period: PERIOD_SECONDS, epoch: now, epochTolerance: PERIOD_SECONDS };
  const result = verifySync({ strategy: 'totp', algorithm: 'sha1', digits: 6, ...options });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}
