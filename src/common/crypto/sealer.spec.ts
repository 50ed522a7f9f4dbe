import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { configFrom } from '../../config/load-config.js';
import { equalsInConstantTime } from './digest.js';
import { Sealer } from './sealer.js';

const pair = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const sealerWith = (...keys: string[]): Sealer =>
  new Sealer(configFrom({ JWT_SECRET: 'a secret of at least thirty-two characters', SEALING_KEYS: keys.join(',') }));

describe('a sealed secret', () => {
  const sealer = sealerWith(pair('k1', 1));

  it('opens to what was sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (secret, purpose) => {
        expect(sealer.open(sealer.seal(secret, purpose), purpose)).toBe(secret);
      }),
    );
  });

  it('never looks the same twice and does not hold the secret', () => {
    const [one, two] = [sealer.seal('planted-marker', 'node'), sealer.seal('planted-marker', 'node')];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.slice(3), 'base64url').toString('latin1')).not.toContain('planted-marker');
  });

  it('does not open for another purpose', () => {
    expect(() => sealer.open(sealer.seal('secret', 'node-token'), 'totp')).toThrow();
  });

  it('does not open after a change of any byte', () => {
    const sealed = sealer.seal('secret', 'node');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(() => sealer.open(`k1.${changed.toString('base64url')}`, 'node')).toThrow();
    }
  });

  it('does not open with a shortened tag, which would be easy to forge', () => {
    const bytes = Buffer.from(sealer.seal('', 'node').slice(3), 'base64url');
    for (const length of [0, 12, 16, 20, 24, 27]) {
      expect(() => sealer.open(`k1.${bytes.subarray(0, length).toString('base64url')}`, 'node')).toThrow(
        /authentication tag|initialization vector/,
      );
    }
  });

  it('opens after the keys were rotated, and new secrets take the new key', () => {
    const sealed = sealer.seal('secret', 'node');
    const rotated = sealerWith(pair('k2', 2), pair('k1', 1));
    expect(rotated.open(sealed, 'node')).toBe('secret');
    expect(rotated.seal('secret', 'node')).toMatch(/^k2\./);
  });

  it('names the missing key when it was rotated away', () => {
    expect(() => sealerWith(pair('k2', 2)).open(sealer.seal('secret', 'node'), 'node')).toThrow('"k1"');
  });
});

it('compares texts of any length', () => {
  expect(equalsInConstantTime('abc', 'abc')).toBe(true);
  expect(equalsInConstantTime('abc', 'abcd')).toBe(false);
  expect(equalsInConstantTime('', 'a')).toBe(false);
});
