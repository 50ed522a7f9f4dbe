import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FEATURE_NAMES, FEATURES, featureOfPath } from './feature-table.js';

describe('the flag of a path', () => {
  it.each([
    ['/api/users/register', 'registration'],
    ['/api/orders', 'billing'],
    ['/api/orders/1/pay', 'billing'],
    ['/api/plans', 'billing'],
    ['/api/admin/plans/7', 'billing'],
    ['/api/ai/chat', 'ai'],
    ['/api/tickets', 'ticketing'],
    ['/api/admin/tickets', 'ticketing'],
    ['/api/public/applications/x', 'applications'],
    ['/api/oauth/token', 'oauth'],
    ['/.well-known/oauth-authorization-server', 'oauth'],
    ['/api/tunnel/devices', 'tunnels'],
    ['/api/organisations/1/dns/zones', 'dns'],
    ['/api/organisations/1/dns', 'dns'],
    ['/api/admin/servers/x/dedicated-ip', 'dedicatedIps'],
    ['/api/infrastructure/visual-editor/projects', 'visualeditor'],
    ['/api/auth/captcha', 'captcha'],
    ['/api/auth/captcha/invisible', 'captchaInvisible'],
  ])('%s is %s', (path, expected) => {
    expect(featureOfPath(path)).toBe(expected);
  });

  it.each([
    '/api/users',
    '/api/users/registered',
    '/api/ordersx',
    '/api/aim',
    '/api/organisations/1/members',
    '/',
    '/api',
    '/health',
    '/api/organisations/1/dnsx',
  ])('%s has none', (path) => {
    expect(featureOfPath(path)).toBeUndefined();
  });

  it('is the same for every spelling of the path', () => {
    const spellings: ((path: string) => string)[] = [
      (path) => path.toUpperCase(),
      (path) => path.replace(/\//g, '//'),
      (path) => `${path}/`,
      (path) => path.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
      (path) => path.replace(/(?!^)\//g, '%2F'),
      (path) => path.replace(/(?!^)\//g, '\\'),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom('/api/tickets/1', '/api/orders', '/api/organisations/9/dns/zones'),
        fc.subarray<(path: string) => string>(spellings),
        (path, applied) => {
          const spelled = applied.reduce<string>(
            (text, spelling) => (text.includes('%') ? text : spelling(text)),
            path,
          );
          expect([spelled, featureOfPath(spelled)]).toEqual([spelled, featureOfPath(path)]);
        },
      ),
    );
  });

  it('is found in text that cannot be decoded, without an error', () => {
    expect(featureOfPath('/api/tickets/%ff')).toBe('ticketing');
    expect(featureOfPath('/%')).toBeUndefined();
  });
});

it('has the defaults of the contract, and captchas off until an admin wants them', () => {
  const off = FEATURE_NAMES.filter((name) => !FEATURES[name].default);
  expect(off).toEqual(['captcha', 'captchaInvisible']);
});
