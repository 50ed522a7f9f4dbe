import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signatureOf, wants } from './webhook-rules.js';

describe('a webhook', () => {
  it.each([
    [['*'], 'login', true],
    [['server:*'], 'server:create', true],
    [['server:*'], 'servers', false],
    [['server:create'], 'server:create', true],
    [['server:create'], 'server:create:more', false],
    [['org:*', 'login'], 'login', true],
    [[], 'login', false],
  ])('that asks for %j hears of %s: %s', (events, action, expected) => {
    expect(wants(events, action)).toBe(expected);
  });

  it('signs time and body together', () => {
    const expected = createHmac('sha256', 'secret').update('1700000000.{}').digest('hex');
    expect(signatureOf('secret', '{}', new Date(1_700_000_000_999))).toBe(`t=1700000000,v1=${expected}`);
  });
});
