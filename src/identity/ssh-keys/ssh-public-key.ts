import { createHash } from 'node:crypto';

const MAXIMUM_LENGTH = 8_192;
const MINIMUM_RSA_BITS = 2_048;

const PLAIN_TYPES = ['ssh-rsa', 'ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'];
const SECURITY_KEY_TYPES = ['sk-ssh-ed25519', 'sk-ecdsa-sha2-nistp256'];

/** Written type to the type that the key itself must name. */
const INNER_TYPES = new Map<string, string>([
  ...PLAIN_TYPES.flatMap((type): [string, string][] => [
    [type, type],
    [`${type}-cert-v01@openssh.com`, `${type}-cert-v01@openssh.com`],
  ]),
  ...SECURITY_KEY_TYPES.flatMap((type): [string, string][] => [
    [type, `${type}@openssh.com`],
    [`${type}@openssh.com`, `${type}@openssh.com`],
  ]),
]);

export const SSH_KEY_TYPES = [...INNER_TYPES.keys()];

export interface SshPublicKey {
  readonly type: string;
  /** `SHA256:` and the unpadded base64 digest of the key, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** Type, key and comment on one line. */
  readonly line: string;
}

/** Reads one OpenSSH public key line; undefined when it is none that the panel accepts. RSA needs 2048 bits. */
export function parseSshPublicKey(text: string): SshPublicKey | undefined {
  const line = text.trim();
  if (line.length > MAXIMUM_LENGTH || /[\r\n\0]/.test(line)) return undefined;
  const [type = '', encoded = '', ...comment] = line.split(/[ \t]+/);
  const inner = INNER_TYPES.get(type);
  if (inner === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const blob = Buffer.from(encoded, 'base64');
  const fields = readFields(blob);
  if (fields === undefined || fields[0]?.toString('latin1') !== inner) return undefined;
  if (type.startsWith('ssh-rsa') && rsaBits(fields, type) < MINIMUM_RSA_BITS) return undefined;
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  return { type, fingerprint, line: [type, encoded, ...comment].join(' ') };
}

/** The leading length-prefixed fields of a key: type and numbers (of a certificate also its nonce). */
function readFields(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset < blob.length && fields.length < 4) {
    if (offset + 4 > blob.length) return undefined;
    const end = offset + 4 + blob.readUInt32BE(offset);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(offset + 4, end));
    offset = end;
  }
  return fields.length >= 2 ? fields : undefined;
}

/** Fields are type, exponent, modulus; a certificate has its nonce after the type. */
function rsaBits(fields: readonly Buffer[], type: string): number {
  const modulus = fields[type === 'ssh-rsa' ? 2 : 3];
  const first = modulus?.findIndex((byte) => byte !== 0) ?? -1;
  if (modulus === undefined || first < 0) return 0;
  return (modulus.length - first - 1) * 8 + (32 - Math.clz32(modulus[first] ?? 0));
}
