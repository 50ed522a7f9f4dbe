import { expect, it } from '@jest/globals';
import { isSameSite } from './same-site.js';

const same = (left: string, right: string) => isSameSite(new URL(left), new URL(right));

it('takes sub-domains and ports of one registrable domain for one site', () => {
  expect(same('https://panel.example.com', 'https://api.example.com:8443')).toBe(true);
  expect(same('http://localhost:3000', 'http://localhost:3001')).toBe(true);
  expect(same('http://192.0.2.1:1', 'http://192.0.2.1:2')).toBe(true);
});

it('takes other domains, schemes and addresses for other sites', () => {
  expect(same('https://example.com', 'https://example.org')).toBe(false);
  expect(same('https://one.co.uk', 'https://two.co.uk')).toBe(false);
  expect(same('http://panel.example.com', 'https://panel.example.com')).toBe(false);
  expect(same('http://192.0.2.1', 'http://198.51.2.1')).toBe(false);
});
