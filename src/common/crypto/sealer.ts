import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals secrets that must be read back (node tokens, TOTP seeds, database passwords): AES-256-GCM, stored as
 * `<key id>.<base64url of iv, tag and ciphertext>`. The purpose is authenticated with it, so that a value copied into
 * another column does not open.
 */
@Injectable()
export class Sealer {
  constructor(private readonly config: Config) {}

  seal(secret: string, purpose: string): string {
    const current = this.config.secrets.sealing[0];
    if (current === undefined) throw new Error('no sealing key');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', current.key, iv, { authTagLength: TAG_BYTES }).setAAD(
      Buffer.from(purpose),
    );
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return `${current.id}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  open(sealed: string, purpose: string): string {
    const separator = sealed.indexOf('.');
    const id = sealed.slice(0, separator);
    const entry = this.config.secrets.sealing.find((candidate) => candidate.id === id);
    if (entry === undefined) throw new Error(`A secret is sealed with the key "${id}", which SEALING_KEYS lacks`);
    const bytes = Buffer.from(sealed.slice(separator + 1), 'base64url');
    // With a fixed length: Node would also accept a shortened tag, which is easier to forge.
    const decipher = createDecipheriv('aes-256-gcm', entry.key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  }
}
