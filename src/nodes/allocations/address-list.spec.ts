import { describe, expect, it } from '@jest/globals';
import { addressesOf } from './address-list.js';

describe('addressesOf', () => {
  it.each([
    ['203.0.113.5', ['203.0.113.5']],
    ['203.0.113.6/31', ['203.0.113.6', '203.0.113.7']],
    ['203.0.113.7/30', ['203.0.113.4', '203.0.113.5', '203.0.113.6', '203.0.113.7']],
    ['203.0.113.9/32', ['203.0.113.9']],
    ['2001:DB8:0:0::1', ['2001:db8::1']],
    ['2001:db8::ffff/126', ['2001:db8::fffc', '2001:db8::fffd', '2001:db8::fffe', '2001:db8::ffff']],
  ])('reads %s', (text, addresses) => expect(addressesOf(text)).toEqual(addresses));

  it('goes over the bytes of an address', () => {
    const addresses = addressesOf('10.0.0.0/22');
    expect(addresses).toHaveLength(1024);
    expect(addresses).toEqual(expect.arrayContaining(['10.0.0.0', '10.0.0.255', '10.0.1.0', '10.0.3.255']));
  });

  it.each(['10.0.0.0/21', '2001:db8::/64', '::/0'])('refuses %s as too many', (text) => {
    expect(addressesOf(text)).toBe('too many');
  });

  it.each(['', 'x', '1', '0x7f.1', '10.0.0.0/33', '10.0.0/30', '::1/129', '10.0.0.0/', 'fe80::1%eth0', '10.0.0.1/-1'])(
    'refuses %s',
    (text) => expect(addressesOf(text)).toBeUndefined(),
  );
});
