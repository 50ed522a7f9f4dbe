import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';

type Digest = Uint8Array<ArrayBuffer>;

/** A code that people type, and whose it is: six digits are the same for many accounts. */
export interface TypedCode {
  readonly purpose: 'backup' | 'email';
  readonly userId: number;
  readonly code: string;
}

/**
 * Digests of codes that are too short for a plain one: whoever got the table would find them by trying. Keyed with the
 * sealing keys, so that codes outlive a new `JWT_SECRET` and the rotation of keys.
 */
@Injectable()
export class CodeDigests {
  constructor(private readonly config: Config) {}

  /** To store a code by. */
  of(code: TypedCode): Digest {
    const current = this.config.secrets.sealing[0];
    if (current === undefined) throw new Error('no sealing key');
    return keyed(current.key, code);
  }

  /** What a stored digest of the code may be: one for every key. */
  candidates(code: TypedCode): Digest[] {
    return this.config.secrets.sealing.map(({ key }) => keyed(key, code));
  }
}

const keyed = (key: KeyObject, { purpose, userId, code }: TypedCode): Digest =>
  new Uint8Array(
    createHmac('sha256', key)
      .update(JSON.stringify(['two-factor', purpose, userId, code]))
      .digest(),
  );
