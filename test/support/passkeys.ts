import { SoftwareAuthenticator } from './authenticator.js';
import { createUser, openSession } from './factories.js';
import type { TestUser } from './factories.js';
import type { Answer, HttpClient } from './http.js';
import type { TestPanel } from './panel.js';

type CreationOptions = Parameters<SoftwareAuthenticator['create']>[0];
type RequestOptions = Parameters<SoftwareAuthenticator['get']>[0];

export interface SignedIn {
  readonly token: string;
  readonly csrfToken: string;
  readonly user: { readonly id: number; readonly passkeyCount: number };
}

/** The page that passkeys of this panel belong to. */
export const pageOf = (panel: TestPanel): string => new URL(panel.config.frontendUrl).origin;

export const creationOptions = async (caller: HttpClient): Promise<CreationOptions> =>
  (await caller.post<CreationOptions>('/api/auth/passkey/register-challenge')).body;

export const requestOptions = async (panel: TestPanel, email?: string): Promise<RequestOptions> =>
  (await panel.http.post<RequestOptions>('/api/auth/passkey/authenticate-challenge', { email })).body;

export const signIn = (panel: TestPanel, authenticationResponse: object, email?: string): Promise<Answer<SignedIn>> =>
  panel.http.post<SignedIn>('/api/auth/passkey/authenticate', { email, authenticationResponse });

/** An account with a passkey, its authenticator, and a session. */
export async function createPasskeyUser(panel: TestPanel, counts = true) {
  const user: TestUser = await createUser(panel);
  const caller = panel.as(await openSession(panel, user));
  const authenticator = new SoftwareAuthenticator(pageOf(panel), counts);
  const attestationResponse = authenticator.create(await creationOptions(caller));
  const answer = await caller.post<{ passkey: { id: number } }>('/api/auth/passkey/register', { attestationResponse });
  if (answer.status !== 200) throw new Error(`the passkey was refused: ${answer.text}`);
  return { user, caller, authenticator, passkeyId: answer.body.passkey.id };
}
