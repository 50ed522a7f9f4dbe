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

describe('a sealed file', () => {
  const sealer = sealerWith(pair('k1', 1));

  it('opens to what was sealed, whatever it is and however long', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 1000 }), fc.string(), async (content, purpose) => {
        expect(await sealer.openBytes(await sealer.sealBytes(content, purpose), purpose)).toEqual(content);
      }),
    );
    const long = new Uint8Array(1_300_000).map((_, index) => index * 31);
    expect(Buffer.from(await sealer.openBytes(await sealer.sealBytes(long, 'p'), 'p')).equals(long)).toBe(true);
  });

  it('never looks the same twice and does not hold its content', async () => {
    const content = Buffer.from('planted-marker');
    const [one, two] = [await sealer.sealBytes(content, 'p'), await sealer.sealBytes(content, 'p')];
    expect(Buffer.from(one).equals(two)).toBe(false);
    expect(Buffer.from(one).toString('latin1')).not.toContain('planted-marker');
  });

  it('does not open for another purpose, nor after a change of any byte', async () => {
    const sealed = await sealer.sealBytes(Buffer.from('content'), 'p');
    await expect(sealer.openBytes(sealed, 'q')).rejects.toThrow();
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      await expect(sealer.openBytes(changed, 'p')).rejects.toThrow();
    }
    for (const length of [0, 1, 3, 15, 20, 30]) {
      await expect(sealer.openBytes(sealed.subarray(0, length), 'p')).rejects.toThrow();
    }
  });

  it('opens after the keys were rotated', async () => {
    const sealed = await sealer.sealBytes(Buffer.from('content'), 'p');
    const rotated = sealerWith(pair('k2', 2), pair('k1', 1));
    expect(Buffer.from(await rotated.openBytes(sealed, 'p')).toString()).toBe('content');
    await expect(sealerWith(pair('k2', 2)).openBytes(sealed, 'p')).rejects.toThrow('"k1"');
  });
});

it('compares texts of any length', () => {
  expect(equalsInConstantTime('abc', 'abc')).toBe(true);
  expect(equalsInConstantTime('abc', 'abcd')).toBe(false);
  expect(equalsInConstantTime('', 'a')).toBe(false);
});
