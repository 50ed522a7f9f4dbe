import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { passwordProblem } from './password-policy.js';

const characters = (pattern: RegExp) =>
  fc.string({ minLength: 2, maxLength: 20, unit: 'grapheme-ascii' }).filter((text) => pattern.test(text));

it('accepts every mixture of all four kinds of characters with 8 to 128 characters', () => {
  const parts = fc.tuple(characters(/[A-Z]/), characters(/[a-z]/), characters(/[0-9]/), characters(/[^A-Za-z0-9]/));
  fc.assert(fc.property(parts, (kinds) => passwordProblem(kinds.join('')) === undefined));
});

it('names a rule for every password that lacks a kind of character or has the wrong length', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (password) => {
      const isGood =
        password.length >= 8 &&
        password.length <= 128 &&
        [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/].every((kind) => kind.test(password));
      return (passwordProblem(password) === undefined) === isGood;
    }),
  );
});

it('joins the texts of all broken rules in the order that clients know', () => {
  expect(passwordProblem('')).toBe(
    'Password must be at least 8 characters long. Password must contain at least one uppercase letter. ' +
      'Password must contain at least one lowercase letter. Password must contain at least one number. ' +
      'Password must contain at least one symbol.',
  );
  expect(passwordProblem(`Aa1!${'x'.repeat(125)}`)).toBe('Password must be no more than 128 characters long.');
});
