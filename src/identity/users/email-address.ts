import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsEmail, MaxLength } from 'class-validator';
import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';

/** Addresses are compared and stored like this: people do not mean another account by another case. */
export const normaliseEmail = (email: string): string => email.trim().toLowerCase();

/** An e-mail address of at most 254 characters, normalised. */
export const IsEmailAddress = (message = 'Invalid email address'): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normaliseEmail(value) : value)),
    MaxLength(254, { message }),
    IsEmail({}, { message }),
  );

let domains: Set<string> | undefined;

/** Whether the address is of a service that gives everybody a mailbox for minutes; sub-domains included. */
export function isDisposable(email: string): boolean {
  domains ??= disposableEmailBlocklistSet();
  const labels = email.slice(email.lastIndexOf('@') + 1).split('.');
  const blocked = domains;
  return labels.some((_, index) => blocked.has(labels.slice(index).join('.')));
}
