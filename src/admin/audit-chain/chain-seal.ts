import type { Sealer } from '../../common/crypto/sealer.js';

export const HEAD_PURPOSE = 'audit-head';
export type SealPurpose = typeof HEAD_PURPOSE | 'audit-checkpoint';

interface Position {
  readonly seq: number | bigint;
  readonly hash: Uint8Array;
}

/** Number and hash of a link, under the panel's own key. */
export function sealOf(sealer: Sealer, purpose: SealPurpose, { seq, hash }: Position): string {
  return sealer.seal(`${seq}:${Buffer.from(hash).toString('hex')}`, purpose);
}

/**
 * The hash that was sealed with a number; undefined where nothing is sealed yet (number 0).
 * @throws Error when the seal is missing, was made for another number or purpose, or was changed.
 */
export function readSeal(
  sealer: Sealer,
  purpose: SealPurpose,
  { seq, seal }: { readonly seq: number | bigint; readonly seal: string | null },
): Uint8Array | undefined {
  if (seal === null && Number(seq) === 0) return undefined;
  const [sealedSeq, hash = ''] = sealer.open(seal ?? '', purpose).split(':');
  if (sealedSeq !== String(seq)) throw new Error('the seal of the audit chain belongs to another link');
  return new Uint8Array(Buffer.from(hash, 'hex'));
}
