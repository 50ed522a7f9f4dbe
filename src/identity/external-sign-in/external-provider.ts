import { isEmail } from 'class-validator';
import { normaliseEmail } from '../users/email-address.js';

/** One attempt to sign in, as the provider must give it back. */
export interface ExternalAttempt {
  readonly state: string;
  readonly nonce: string;
  /** PKCE. */
  readonly verifier: string;
  readonly redirectUri: string;
}

/** Who somebody is, as the provider says. */
export interface ExternalProfile {
  readonly subject: string;
  /** Normalised, and only when the provider has verified it. */
  readonly email: string | undefined;
  readonly firstName: string;
  readonly lastName: string;
}

/** Somewhere else that people have accounts. */
export interface ExternalProvider {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  /** Where the browser goes to agree. */
  authorizationUrl(attempt: ExternalAttempt): Promise<string>;
  /** Who came back, from the query of the redirect. Throws for whatever does not fit the attempt. */
  profile(query: URLSearchParams, attempt: ExternalAttempt): Promise<ExternalProfile>;
}

/** Why somebody does not come in from elsewhere; the word goes to the web client in `externalError`. */
export type ExternalRefusalCode =
  | 'cancelled'
  | 'state_invalid'
  | 'provider_failed'
  | 'email_unverified'
  | 'account_unverified'
  | 'email_disposable'
  | 'registration_closed'
  | 'suspended'
  | 'session_over'
  | 'already_linked'
  | 'provider_in_use';

export class ExternalRefusal extends Error {
  constructor(readonly code: ExternalRefusalCode) {
    super(code);
  }
}

/** An address that the provider has verified, as the panel stores it; undefined for what is none. */
export function verifiedAddress(email: unknown, isVerified: boolean): string | undefined {
  if (typeof email !== 'string' || !isVerified) return undefined;
  const address = normaliseEmail(email);
  return address.length <= 254 && isEmail(address) ? address : undefined;
}

const MAXIMUM_NAME = 64;

/** First and last name from what there is; an account needs both. */
export function namesOf(given: unknown, family: unknown, full: unknown): { firstName: string; lastName: string } {
  const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
  const [first = '', ...rest] = text(full).split(/\s+/);
  const firstName = text(given) || first || '-';
  const lastName = text(family) || rest.join(' ') || '-';
  return { firstName: firstName.slice(0, MAXIMUM_NAME), lastName: lastName.slice(0, MAXIMUM_NAME) };
}
