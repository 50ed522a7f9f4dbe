import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { addressBucket, CidrSet, ClientIp, normaliseAddress } from './client-ip.js';

const request = (peer: string | undefined, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

const clientIp = new ClientIp(['127.0.0.0/8', '::1/128', '10.0.0.0/8']);

describe('the address of the client', () => {
  it('is the peer when no proxy is in between', () => {
    expect(clientIp.of(request('203.0.113.7'))).toBe('203.0.113.7');
    expect(clientIp.of(request('::ffff:203.0.113.7'))).toBe('203.0.113.7');
    expect(clientIp.of(request(undefined))).toBe('unknown');
  });

  it('is the right-most untrusted hop behind trusted proxies', () => {
    expect(clientIp.of(request('10.0.0.1', '198.51.100.9'))).toBe('198.51.100.9');
    expect(clientIp.of(request('10.0.0.1', '1.1.1.1, 198.51.100.9, 10.9.9.9'))).toBe('198.51.100.9');
    expect(clientIp.of(request('::1', '[2001:db8::5]:443'))).toBe('2001:db8::5');
    expect(clientIp.of(request('127.0.0.1', '198.51.100.9:5123'))).toBe('198.51.100.9');
  });

  it('stays the nearest believed hop when the header holds nonsense', () => {
    expect(clientIp.of(request('10.0.0.1', 'unknown'))).toBe('10.0.0.1');
    expect(clientIp.of(request('10.0.0.1', '198.51.100.9, nonsense'))).toBe('10.0.0.1');
    expect(clientIp.of(request('10.0.0.1', ''))).toBe('10.0.0.1');
  });

  it('never listens to a peer that is no trusted proxy, whatever it writes', () => {
    const header = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.ipV6(),
      fc.array(fc.ipV4(), { minLength: 1 }).map((hops) => hops.join(', ')),
    );
    fc.assert(
      fc.property(header, (forged) => {
        expect(clientIp.of(request('203.0.113.7', forged))).toBe('203.0.113.7');
      }),
    );
  });

  it('does not depend on what the client put in front of the hop that the proxy saw', () => {
    const forged = fc
      .array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), { maxLength: 5 })
      .map((hops) => hops.join(','));
    fc.assert(
      fc.property(forged, (prefix) => {
        expect(clientIp.of(request('10.0.0.1', `${prefix},198.51.100.9`))).toBe('198.51.100.9');
      }),
    );
  });
});

describe('addresses', () => {
  it('are read with brackets, port, zone and in mapped form', () => {
    expect(normaliseAddress('[2001:db8::1]')).toBe('2001:db8::1');
    expect(normaliseAddress('fe80::1%eth0')).toBe('fe80::1');
    expect(normaliseAddress('::ffff:10.1.2.3')).toBe('10.1.2.3');
  });

  it('are not read from the short and octal spellings of a C library', () => {
    for (const text of ['1', '127.1', '0x7f.0.0.1', '0177.0.0.1', '2130706433', '']) {
      expect([text, normaliseAddress(text)]).toEqual([text, undefined]);
    }
  });

  it('read twice give the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const once = normaliseAddress(address);
        expect(once).toBeDefined();
        expect(normaliseAddress(once)).toBe(once);
      }),
    );
  });
});

describe('the bucket of an address', () => {
  it('is one for a whole IPv6 network of 64 bits, so that a customer has one and not 2^64', () => {
    expect(addressBucket('2001:db8:1:2:3:4:5:6')).toBe(addressBucket('2001:db8:1:2::9'));
    expect(addressBucket('2001:db8:1:2::9')).not.toBe(addressBucket('2001:db8:1:3::9'));
  });

  it('is the address itself for IPv4', () => {
    expect(addressBucket('203.0.113.7')).toBe('203.0.113.7');
    expect(addressBucket('unknown')).toBe('unknown');
  });
});

describe('a set of CIDR blocks', () => {
  const set = new CidrSet(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']);

  it('holds addresses of both families', () => {
    expect([set.has('10.255.0.1'), set.has('::ffff:10.0.0.1'), set.has('2001:db8::1'), set.has('192.0.2.1')]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([
      set.has('11.0.0.1'),
      set.has('2001:db9::1'),
      set.has('192.0.2.2'),
      set.has('x'),
      set.has(undefined),
    ]).toEqual([false, false, false, false, false]);
  });

  it('takes blocks of mapped IPv4 for those of IPv4', () => {
    const mapped = new CidrSet(['::ffff:203.0.113.0/120', '::ffff:192.0.2.1', '::ffff:c633:6400/120']);
    expect(['203.0.113.9', '::ffff:203.0.113.9', '192.0.2.1', '198.51.100.7'].map((ip) => mapped.has(ip))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['203.0.114.1', '192.0.2.2', '2001:db8::1', '::1'].map((ip) => mapped.has(ip))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
