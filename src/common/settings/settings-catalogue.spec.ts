import { describe, expect, it } from '@jest/globals';
import { SETTINGS } from './settings-catalogue.js';
import type { SettingKey } from './settings-catalogue.js';

const parse = (key: SettingKey, value: unknown): unknown => SETTINGS[key].parse(value, SETTINGS[key].default as never);

describe('a setting', () => {
  it.each<[SettingKey, unknown, unknown]>([
    ['registrationEnabled', 'false', false],
    ['registrationEnabled', 1, true],
    ['billingCurrency', ' eur ', 'EUR'],
    ['gamblingPowerDenyChance', 7, 1],
    ['gamblingPowerDenyChance', '-1', 0],
    ['gamblingPowerDenyChance', 'nonsense', 0.5],
    ['gamblingPowerDenyChance', '0.25', 0.25],
    ['geoBlockCountries', 'kp:5, ru=4\nxx;0', 'kp:5, ru=4\nxx;0'],
    ['countryAgeRules', 'eu:16', 'eu:16'],
    ['billingTaxRules', 'DE:19; EU:20.5, *:0\nDEFAULT:100', 'DE:19; EU:20.5, *:0\nDEFAULT:100'],
    ['portalDescriptions', { paid: ['text'] }, { paid: ['text'] }],
    ['portalDescriptions', null, null],
    ['requireVerifiedEmail', null, null],
    ['requireVerifiedEmail', 'true', true],
  ])('%s takes %p as %p', (key, value, expected) => {
    expect(parse(key, value)).toEqual(expected);
  });

  it.each<[SettingKey, unknown, string]>([
    ['registrationEnabled', 'perhaps', 'true or false'],
    ['registrationNotice', 'x'.repeat(2001), '2000'],
    ['registrationNotice', 5, 'text'],
    ['billingCurrency', 'EURO', 'three letters'],
    ['geoBlockCountries', 'kp:5,ru:6', '"ru:6"'],
    ['geoBlockCountries', 'kp', '"kp"'],
    ['geoBlockCountries', ':5', '":5"'],
    ['countryAgeRules', 'eu:26', '"eu:26"'],
    ['countryAgeRules', 'eu:-1', '"eu:-1"'],
    ['billingTaxRules', 'DE:101', '"DE:101"'],
    ['billingTaxRules', 'DE', '"DE"'],
    ['portalDescriptions', 'x'.repeat(70_000), '64 KiB'],
    ['featureToggles', 'nonsense', 'not JSON'],
    ['featureToggles', [], 'object of flags'],
    ['featureToggles', { 'a b': true }, 'impossible name'],
    [
      'featureToggles',
      Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`flag${index}`, true])),
      'impossible',
    ],
  ])('%s refuses %p', (key, value, text) => {
    expect(() => parse(key, value)).toThrow(text);
  });

  it('merges flags over the present ones, in every form of the contract', () => {
    expect(parse('featureToggles', { billing: 'false', ai: 0, dns: 'anything', gambling: '1' })).toEqual({
      ...SETTINGS.featureToggles.default,
      billing: false,
      ai: false,
      dns: true,
      gambling: true,
    });
    expect(parse('featureToggles', '{"billing": false}')).toEqual({
      ...SETTINGS.featureToggles.default,
      billing: false,
    });
  });

  it('does not let unknown flags grow without bound', () => {
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`flag${index}`, true]));
    const current = {
      ...SETTINGS.featureToggles.default,
      ...Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`old${index}`, true])),
    };
    expect(() => SETTINGS.featureToggles.parse(many, current)).toThrow('too many flags');
  });
});
