import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { parseSshPublicKey } from './ssh-public-key.js';

/** Made by `ssh-keygen`, with the fingerprints that it prints. */
const ED25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILHT6xE9tX79T9ZGDb9ZbDYj4xaIJMe8VdhyjLrUZXst';
const ECDSA =
  'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBKL1z3G3NMt0B1opsHxVDspn5Jg3CT/09vbbmvTPx0hkKyxvGZSyx+ZVNuTzCObY+yrhI/sBZFk0s3+CWMhey6bIeH3ygBhjRp97D07DR6vjH6K9se0TZXO8g9rFmu3cDA==';

const field = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const line = (written: string, inner: string, ...fields: Buffer[]): string =>
  `${written} ${Buffer.concat([Buffer.from(inner), ...fields].map(field)).toString('base64')}`;

function rsaKey(bits: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const { e = '', n = '' } = publicKey.export({ format: 'jwk' });
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.from(n, 'base64url')]);
  return line('ssh-rsa', 'ssh-rsa', Buffer.from(e, 'base64url'), modulus);
}

describe('an SSH public key', () => {
  it('has the fingerprint that ssh-keygen prints', () => {
    expect(parseSshPublicKey(`${ED25519} ada@laptop`)).toEqual({
      type: 'ssh-ed25519',
      fingerprint: 'SHA256:eEvxfT0VvQbKLz2ZlVobnX2q4a8w5ggWZnOWq/Jux6I',
      line: `${ED25519} ada@laptop`,
    });
    expect(parseSshPublicKey(ECDSA)?.fingerprint).toBe('SHA256:EWVjm05cIT3fyFgFGZA2AJXKXSAjHQtWVZnLpQWwr0A');
  });

  it('needs 2048 bits when it is RSA', () => {
    expect(parseSshPublicKey(rsaKey(2048))?.type).toBe('ssh-rsa');
    expect(parseSshPublicKey(rsaKey(1024))).toBeUndefined();
  });

  it('must name the type inside that it names outside', () => {
    const point = Buffer.alloc(32, 1);
    expect(parseSshPublicKey(line('ssh-ed25519', 'ssh-rsa', point))).toBeUndefined();
    expect(parseSshPublicKey(line('sk-ssh-ed25519', 'sk-ssh-ed25519@openssh.com', point))?.type).toBe('sk-ssh-ed25519');
  });

  it('is refused when it is cut, of another form or too long', () => {
    const damaged = [
      ED25519.slice(0, -10),
      'ssh-dss AAAAB3NzaC1kc3M=',
      'ssh-ed25519',
      'ssh-ed25519 !!!!',
      `${ED25519}\n${ED25519}`,
      `${ED25519} ${'x'.repeat(9_000)}`,
      '',
    ];
    expect(damaged.filter((text) => parseSshPublicKey(text) !== undefined)).toEqual([]);
  });
});
