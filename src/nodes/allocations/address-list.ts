import ipaddr from 'ipaddr.js';

/** Addresses that one call may name. */
export const MOST_ADDRESSES = 1_024;

/**
 * The addresses of `203.0.113.5`, `203.0.113.0/28` or `2001:db8::/124`, each in its usual spelling, so that one address
 * is never there twice. A block counts with its first and last address: hosts route blocks as they are.
 * @returns undefined when it is neither address nor block; `too many` beyond 1,024.
 */
export function addressesOf(text: string): string[] | 'too many' | undefined {
  if (!text.includes('/')) return isAddress(text) ? [ipaddr.parse(text).toString()] : undefined;
  const [address = '', length = ''] = text.split('/');
  if (!isAddress(address) || !/^\d{1,3}$/.test(length) || !ipaddr.isValidCIDR(text)) return undefined;
  const [base, bits] = ipaddr.parseCIDR(text);
  const bytes = base.toByteArray();
  const hostBits = bytes.length * 8 - bits;
  if (hostBits > Math.log2(MOST_ADDRESSES)) return 'too many';
  const network = numberOf(bytes) & ~((1n << BigInt(hostBits)) - 1n);
  return Array.from({ length: 2 ** hostBits }, (_, index) => {
    return ipaddr.fromByteArray(bytesOf(network + BigInt(index), bytes.length)).toString();
  });
}

/** Only the usual spellings: `1` and `0x7f.1` are addresses to a C library, but nobody's honest ones. */
const isAddress = (text: string): boolean =>
  text.includes(':') ? ipaddr.IPv6.isValid(text) && !text.includes('%') : ipaddr.IPv4.isValidFourPartDecimal(text);

const numberOf = (bytes: readonly number[]): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

const bytesOf = (value: bigint, length: number): number[] =>
  Array.from({ length }, (_, index) => Number((value >> BigInt(8 * (length - 1 - index))) & 0xffn));
