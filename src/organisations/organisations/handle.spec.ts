import { describe, expect, it } from '@jest/globals';
import { isHandle, isReserved, normaliseHandle } from './handle.js';

describe('a handle', () => {
  it.each(['acme.example.com', 'a.bc', 'my-team.example.io', '4you.example.com', `${'a'.repeat(63)}.example.com`])(
    'may be %s',
    (handle) => expect(isHandle(handle)).toBe(true),
  );

  it.each([
    '',
    'acme',
    '.example.com',
    'acme.',
    'acme..com',
    '-acme.com',
    'acme-.com',
    'acme.c',
    'acme.c0m',
    'ac me.com',
    'acme.com/x',
    'äcme.com',
    'Acme.com',
    `${'a'.repeat(64)}.com`,
    `${'abcdefg.'.repeat(32)}com`,
  ])('may not be %j', (handle) => expect(isHandle(handle)).toBe(false));

  it('ignores case and spaces around it', () => {
    expect(normaliseHandle('  Acme.Example.COM ')).toBe('acme.example.com');
  });
});

describe('a reserved handle', () => {
  const hosts = ['panel.host.example', 'play.host.example'];

  it.each(['www.acme.com', 'api.acme.com', 'ns.acme.com', 'ns12.acme.com', 'mail.acme.com', 'autodiscover.acme.com'])(
    'is %s, which people take for a service',
    (handle) => expect(isReserved(handle, hosts)).toBe(true),
  );

  it.each(['play.host.example', 'host.example'])('is %s, a host of the panel or above one', (handle) =>
    expect(isReserved(handle, hosts)).toBe(true),
  );

  it.each(['acme.host.example', 'apis.acme.com', 'nsx.acme.com', 'ost.example'])('is not %s', (handle) =>
    expect(isReserved(handle, hosts)).toBe(false),
  );
});
