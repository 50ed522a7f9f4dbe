import { describe, expect, it } from '@jest/globals';
import { configFrom } from '../../config/load-config.js';
import { CsrfProtection } from './csrf.js';

const config = configFrom({
  JWT_SECRET: 'a secret of at least thirty-two characters',
  SEALING_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
  PANEL_URL: 'https://api.example.com',
  FRONTEND_URL: 'https://panel.example.com,http://localhost:3000',
});
const csrf = new CsrfProtection(config);
const session = '8e1b7b8e-0c47-4a3c-9d5e-3b8d9f6d3a11';
const token = csrf.tokenFor(session);
const passes = (method: string, headers: Record<string, string>): boolean => {
  try {
    csrf.check(method, headers, session);
    return true;
  } catch {
    return false;
  }
};

describe('a request with a session cookie', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])('passes as %s from everywhere', (method) => {
    expect(passes(method, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toBe(true);
  });

  const rules: [string, Record<string, string>, boolean][] = [
    ['our own page', { 'sec-fetch-site': 'same-origin' }, true],
    ['an address typed by the user', { 'sec-fetch-site': 'none' }, true],
    ['the panel as origin', { origin: 'https://api.example.com' }, true],
    ['a configured frontend', { origin: 'https://panel.example.com', 'sec-fetch-site': 'same-site' }, true],
    ['another configured frontend', { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }, true],
    ['a frontend known by its referer', { referer: 'https://panel.example.com/servers/1' }, true],
    ['no browser', {}, true],
    ['a foreign page with the right token', { origin: 'https://evil.example', 'x-csrf-token': token }, true],
    ['a foreign page', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, false],
    ['the very host that was asked', { origin: 'https://other.example.com', host: 'other.example.com' }, true],
    ['that host without TLS', { origin: 'http://other.example.com', host: 'other.example.com' }, false],
    ['a foreign page that hides its origin', { origin: 'null' }, false],
    [
      'a sub-domain that is not configured',
      { origin: 'https://x.panel.example.com', 'sec-fetch-site': 'same-site' },
      false,
    ],
    ['the frontend on another port', { origin: 'https://panel.example.com:8443' }, false],
    ['the frontend without TLS', { origin: 'http://panel.example.com' }, false],
    ['a foreign referer', { referer: 'https://evil.example/?https://panel.example.com' }, false],
    ['a browser that sends neither origin nor referer', { 'sec-fetch-site': 'cross-site' }, false],
    [
      'that browser with a header of the file manager',
      { 'sec-fetch-site': 'cross-site', 'x-sftp-password': '1' },
      false,
    ],
    [
      'a foreign page with the token of another session',
      { origin: 'https://evil.example', 'x-csrf-token': csrf.tokenFor('other') },
      false,
    ],
    ['a foreign page with a made-up token', { origin: 'https://evil.example', 'x-csrf-token': '0'.repeat(64) }, false],
  ];
  it.each(rules)('is judged when it comes from %s', (_from, headers, expected) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect([method, passes(method, headers)]).toEqual([method, expected]);
  });

  it('is refused with texts that the web client reacts to', () => {
    expect(() => csrf.check('POST', { origin: 'https://evil.example' }, session)).toThrow('Missing CSRF token');
    expect(() => csrf.check('POST', { origin: 'https://evil.example', 'x-csrf-token': 'x' }, session)).toThrow(
      'Invalid CSRF token',
    );
    expect(() => csrf.check('POST', { origin: 'https://evil.example', 'x-csrf-token': token }, undefined)).toThrow(
      'Invalid CSRF token',
    );
  });
});

it('makes a token of 64 hex digits that stays the same for a session', () => {
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(csrf.tokenFor(session)).toBe(token);
  expect(csrf.tokenFor('another')).not.toBe(token);
});
