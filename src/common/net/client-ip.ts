import ipaddr from 'ipaddr.js';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address without brackets, zone and port; mapped IPv4 (`::ffff:1.2.3.4`) as IPv4; undefined when it is none. */
export function normaliseAddress(text: string | undefined): string | undefined {
  return parseAddress(text)?.toString();
}

function parseAddress(text: string | undefined): Address | undefined {
  const bare = (text ?? '')
    .trim()
    .replace(/^\[([^\]]+)\](:\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/%.*$/, '');
  // Only the usual spelling of IPv4: `1` and `0x7f.1` are addresses to a C library, but nobody's honest ones.
  const valid = bare.includes(':') ? ipaddr.IPv6.isValid(bare) : ipaddr.IPv4.isValidFourPartDecimal(bare);
  return valid ? ipaddr.process(bare) : undefined;
}

const IPV6_NETWORK_BITS = 64;

/**
 * Whom an address counts for in a rate limit: IPv4 addresses alone, IPv6 by their network of 64 bits, because that is
 * what a single customer of a provider gets.
 */
export function addressBucket(address: string): string {
  if (!address.includes(':')) return address;
  const parsed = parseAddress(address);
  if (parsed === undefined || parsed.kind() === 'ipv4') return address;
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_NETWORK_BITS}`).toString()}/${IPV6_NETWORK_BITS}`;
}

const MAPPED_BITS = 96;

/** Addresses are compared as IPv4 when they are mapped, so blocks of mapped ones must be IPv4 too. */
function unmapped([base, bits]: [Address, number]): [Address, number] {
  const isMapped = base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() && bits >= MAPPED_BITS;
  return isMapped ? [base.toIPv4Address(), bits - MAPPED_BITS] : [base, bits];
}

/** A set of CIDR blocks, IPv4 and IPv6; blocks of mapped IPv4 (`::ffff:10.0.0.0/104`) are those of IPv4. */
export class CidrSet {
  private readonly blocks: [Address, number][];

  constructor(blocks: readonly string[]) {
    this.blocks = blocks.map((block) =>
      unmapped(ipaddr.parseCIDR(block.includes('/') ? block : `${block}/${block.includes(':') ? 128 : 32}`)),
    );
  }

  has(text: string | undefined): boolean {
    const address = parseAddress(text);
    if (address === undefined) return false;
    return this.blocks.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
  }
}

/**
 * Finds the address of the client. Forwarding headers count only when the peer is a trusted proxy; then the client is
 * the right-most address of `X-Forwarded-For` that is not itself a trusted proxy: what stands left of it was written
 * by the client.
 */
export class ClientIp {
  private readonly proxies: CidrSet;
  /** The other end of a connection stays the same for all its requests. */
  private readonly peers = new WeakMap<Socket, string>();

  constructor(trustedProxies: readonly string[]) {
    this.proxies = new CidrSet(trustedProxies);
  }

  of(request: IncomingMessage): string {
    const peer = this.peerOf(request.socket);
    const forwarded = request.headers['x-forwarded-for'];
    if (forwarded === undefined || !this.proxies.has(peer)) return peer;
    const chain = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded).split(',');
    let client = peer;
    for (const hop of chain.reverse()) {
      const address = normaliseAddress(hop);
      if (address === undefined) break;
      client = address;
      if (!this.proxies.has(address)) break;
    }
    return client;
  }

  private peerOf(socket: Socket): string {
    let peer = this.peers.get(socket);
    if (peer === undefined) {
      peer = normaliseAddress(socket.remoteAddress) ?? 'unknown';
      this.peers.set(socket, peer);
    }
    return peer;
  }
}
