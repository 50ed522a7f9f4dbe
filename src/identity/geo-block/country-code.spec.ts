import { expect, it } from '@jest/globals';
import { countryCode, EU_MEMBERS } from './country-code.js';

it.each([
  ['DE', 'de'],
  [' fr ', 'fr'],
  ['Germany', 'de'],
  ['united kingdom', 'gb'],
  ['Great Britain', 'gb'],
  ['UK', 'gb'],
  ['United States', 'us'],
  ['Gabon', 'ga'],
])('%j means %s', (text, code) => {
  expect(countryCode(text)).toBe(code);
});

it('leaves what it does not know as it is', () => {
  expect(countryCode(' Atlantis ')).toBe('atlantis');
  expect(countryCode('')).toBe('');
});

it('knows the members of the European Union by codes that exist', () => {
  expect(EU_MEMBERS.size).toBe(27);
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  expect([...EU_MEMBERS].filter((code) => names.of(code.toUpperCase()) === undefined)).toEqual([]);
});
