import { expect, it } from '@jest/globals';
import { isDisposable, normaliseEmail } from './email-address.js';

it('compares addresses without case and blanks', () => {
  expect(normaliseEmail(' Ada@Example.COM ')).toBe('ada@example.com');
});

it('knows mailboxes for minutes, sub-domains too, and leaves the others alone', () => {
  expect(['a@mailinator.com', 'a@x.mailinator.com', 'a@10minutemail.com'].map(isDisposable)).toEqual([
    true,
    true,
    true,
  ]);
  expect(['a@example.com', 'a@gmail.com', 'a@notmailinator.com.example.org'].map(isDisposable)).toEqual([
    false,
    false,
    false,
  ]);
});
