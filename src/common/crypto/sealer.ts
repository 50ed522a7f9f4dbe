import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Of a file, enciphered at a stretch: less than a millisecond. */
const SLICE_BYTES = 524_288;

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

  /**
   * Seals a file: one byte with the length of the key's id, the id, iv, tag and ciphertext. Other requests get their
   * turn between the slices.
   */
  async sealBytes(content: Uint8Array, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
    const current = this.config.secrets.sealing[0];
    if (current === undefined) throw new Error('no sealing key');
    const id = Buffer.from(current.id);
    if (id.byteLength > 255) throw new Error('the id of the sealing key is too long');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', current.key, iv, { authTagLength: TAG_BYTES }).setAAD(
      Buffer.from(purpose),
    );
    const sealed = await inSlices(content, (slice) => cipher.update(slice));
    sealed.push(cipher.final());
    return joined([Buffer.from([id.byteLength]), id, iv, cipher.getAuthTag(), ...sealed]);
  }

  /** @throws Error when the file was sealed for another purpose, was changed, or its key is gone. */
  async openBytes(sealed: Uint8Array, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const ivAt = 1 + (bytes[0] ?? 0);
    const id = bytes.toString('utf8', 1, ivAt);
    const entry = this.config.secrets.sealing.find((candidate) => candidate.id === id);
    if (entry === undefined) throw new Error(`A file is sealed with the key "${id}", which SEALING_KEYS lacks`);
    const [tagAt, contentAt] = [ivAt + IV_BYTES, ivAt + IV_BYTES + TAG_BYTES];
    const decipher = createDecipheriv('aes-256-gcm', entry.key, bytes.subarray(ivAt, tagAt), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(bytes.subarray(tagAt, contentAt));
    const opened = await inSlices(bytes.subarray(contentAt), (slice) => decipher.update(slice));
    opened.push(decipher.final());
    return joined(opened);
  }
}

async function inSlices(content: Uint8Array, work: (slice: Uint8Array) => Buffer): Promise<Buffer[]> {
  const done: Buffer[] = [];
  for (let from = 0; from < content.byteLength; from += SLICE_BYTES) {
    if (from > 0) await setImmediate();
    done.push(work(content.subarray(from, from + SLICE_BYTES)));
  }
  return done;
}

/** In memory of their own: not a window on a shared pool, which the database's client would copy or hold. */
function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
