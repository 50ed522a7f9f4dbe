import { expect, it } from '@jest/globals';
import { countryLevels } from './country-levels.js';

const levels = (rules: string) => Object.fromEntries(countryLevels(rules));

it('reads the entries of the setting, in any case and with any separator', () => {
  expect(levels('KP:5, de=1\nfr ; 2,Gabon:3')).toEqual({ kp: 5, de: 1, fr: 2, ga: 3 });
});

it('reads names and codes of one country as one, and the first entry counts', () => {
  expect(levels('Germany:4,de:1,uk:2,gb:3')).toEqual({ de: 4, gb: 2 });
});

it('reads nothing from an empty setting', () => {
  expect(levels('')).toEqual({});
  expect(levels(' ,\n,')).toEqual({});
});
