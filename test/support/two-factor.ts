import { generateSecret, generateSync } from 'otplib';
import { EventBus } from '../../src/common/events/event-bus.js';
import { SecondFactors } from '../../src/identity/two-factor/second-factors.js';
import { PASSWORD } from './factories.js';
import type { TestUser } from './factories.js';
import type { Answer } from './http.js';
import type { TestPanel } from './panel.js';

export interface TestTwoFactor {
  readonly seed: string;
  readonly backupCodes: readonly string[];
}

/** Turns two-factor sign-in on behind the panel's back and tells the panel; no code is used up yet. */
export async function turnOnTwoFactor(panel: TestPanel, user: Pick<TestUser, 'id'>): Promise<TestTwoFactor> {
  const seed = generateSecret();
  const factors = panel.app.get(SecondFactors, { strict: false });
  const backupCodes = await panel.prisma.$transaction((tx) => factors.turnOn(tx, user.id, seed, 0));
  panel.app.get(EventBus).publish('user.changed', { userId: user.id });
  return { seed, backupCodes };
}

/**
 * What the authenticator shows.
 * @param steps from now: -1, 0 and 1 are accepted, each only after earlier ones.
 */
export const codeOf = (seed: string, steps = 0): string =>
  generateSync({ secret: seed, epoch: Math.floor(Date.now() / 1000) + steps * 30 });

/** Six digits that are none of the codes which are accepted now or soon. */
export function wrongCode(seed: string): string {
  const near = new Set([-2, -1, 0, 1, 2, 3].map((steps) => codeOf(seed, steps)));
  return ['000000', '111111', '222222', '333333', '444444', '555555', '666666'].find((code) => !near.has(code)) ?? '';
}

/** Proves the password: the pending token. */
export async function pendingToken(panel: TestPanel, user: Pick<TestUser, 'email'>): Promise<string> {
  const login = { email: user.email, password: PASSWORD };
  const { body } = await panel.http.post<{ tempToken: string }>('/api/auth/login', login);
  return body.tempToken;
}

export interface SignedIn {
  readonly token: string;
  readonly csrfToken: string;
  readonly user: { readonly id: number; readonly twoFactorEnabled: boolean };
  readonly error?: string;
}

/** Sends second factors for a pending token. */
export const verifyLogin = (
  panel: Pick<TestPanel, 'http'>,
  tempToken: unknown,
  factors: object,
): Promise<Answer<SignedIn>> => panel.http.post<SignedIn>('/api/auth/2fa/verify-login', { tempToken, ...factors });
