import { describe, expect, it } from '@jest/globals';
import { countryLevel } from './country-level.js';

describe('the level of a country', () => {
  const rules = 'kp:5, de=1\nfr ; 2,Gabon:3';

  it('is that of its entry, in any case and with any separator', () => {
    expect(['KP', 'de', 'Fr', 'gabon'].map((country) => countryLevel(rules, country))).toEqual([5, 1, 2, 3]);
  });

  it('is 0 for others, and for accounts without a country', () => {
    expect(countryLevel(rules, 'us')).toBe(0);
    expect(countryLevel(rules, null)).toBe(0);
    expect(countryLevel('', 'de')).toBe(0);
  });

  it('does not come from a name that only begins like the code', () => {
    expect(countryLevel('ge:5', 'Germany')).toBe(0);
  });
});
