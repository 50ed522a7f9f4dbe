import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** What a browser and an authenticator say, where they do not tell the truth. */
export interface Pretence {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  /** False: the authenticator did not ask for a PIN or a finger. */
  readonly userVerified?: boolean;
  readonly counter?: number;
  /** The account that the authenticator names; null names none. */
  readonly userHandle?: string | null;
  /** Another credential's id over this one's signature. */
  readonly credentialId?: string;
}

interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id?: string };
  readonly user: { readonly id: string };
}

interface RequestOptions {
  readonly challenge: string;
  readonly rpId?: string;
}

const [USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL] = [0x01, 0x04, 0x40];

/** An authenticator in software with one ES256 credential: attestation "none", assertions, and lies on request. */
export class SoftwareAuthenticator {
  readonly credentialId = randomBytes(32).toString('base64url');
  /** Signatures so far. */
  counter = 0;
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private userHandle: string | null = null;

  /** @param counts false for one that says 0 for ever. */
  constructor(
    private readonly origin: string,
    private readonly counts = true,
  ) {}

  /** What `navigator.credentials.create()` gives, in its JSON form. */
  create(options: CreationOptions, pretence: Pretence = {}) {
    this.userHandle = options.user.id;
    const rpId = options.rp.id ?? new URL(this.origin).hostname;
    const id = Buffer.from(this.credentialId, 'base64url');
    const credential = Buffer.concat([Buffer.alloc(16), uint16(id.length), id, coseKey(this.keys.publicKey)]);
    const authData = this.authData(rpId, pretence, HAS_CREDENTIAL, credential);
    const attestation = cbor(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    );
    const response = {
      clientDataJSON: this.clientData('webauthn.create', options.challenge, pretence).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    };
    return { ...this.head(pretence), clientExtensionResults: {}, response };
  }

  /** What `navigator.credentials.get()` gives, in its JSON form. */
  get(options: RequestOptions, pretence: Pretence = {}) {
    const rpId = options.rpId ?? new URL(this.origin).hostname;
    if (this.counts) this.counter += 1;
    const authData = this.authData(rpId, pretence, 0, Buffer.alloc(0));
    const clientData = this.clientData('webauthn.get', options.challenge, pretence);
    const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), this.keys.privateKey);
    const response = {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: pretence.userHandle === undefined ? this.userHandle : pretence.userHandle,
    };
    return { ...this.head(pretence), clientExtensionResults: {}, response };
  }

  private head({ credentialId = this.credentialId }: Pretence) {
    return { id: credentialId, rawId: credentialId, type: 'public-key', authenticatorAttachment: 'platform' };
  }

  private clientData(type: string, challenge: string, pretence: Pretence): Buffer {
    const { origin = this.origin } = pretence;
    return Buffer.from(
      JSON.stringify({ type, challenge: pretence.challenge ?? challenge, origin, crossOrigin: false }),
    );
  }

  private authData(rpId: string, pretence: Pretence, flags: number, credential: Buffer): Buffer {
    const verified = pretence.userVerified === false ? 0 : USER_VERIFIED;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(pretence.counter ?? this.counter);
    const head = Buffer.from([USER_PRESENT | verified | flags]);
    return Buffer.concat([sha256(pretence.rpId ?? rpId), head, counter, credential]);
  }
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** RFC 9053: an elliptic curve key for ES256. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  );
}

/** As much of CBOR (RFC 8949) as an authenticator needs: integers, bytes, texts and maps. */
export function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
  if (Buffer.isBuffer(value)) return Buffer.concat([cborHead(2, value.length), value]);
  if (typeof value === 'string') return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (!(value instanceof Map)) throw new Error('nothing that an authenticator says');
  const entries = [...value].flatMap(([key, inner]) => [cbor(key), cbor(inner)]);
  return Buffer.concat([cborHead(5, value.size), ...entries]);
}

function cborHead(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size]);
  if (size < 256) return Buffer.from([(major << 5) | 24, size]);
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint16(size)]);
}
