import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { Config } from '../../config/config.js';

/** Ranges that no daemon can have; reaching them is either a mistake or an attack on the host's own network. */
const NEVER = new Set([
  'unspecified',
  'broadcast',
  'multicast',
  'linkLocal',
  'reserved',
  'ipv4Mapped',
  'rfc6145',
  'rfc6052',
  '6to4',
  'teredo',
  'as112',
  'as112v6',
  'amt',
  'deprecatedSiteLocal',
  'discard',
  'benchmarking',
]);
/** Ranges that only operators of their own network use (`NODES_ALLOW_PRIVATE`). */
const PRIVATE = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);
/** Metadata services of clouds outside the link-local range. */
const METADATA = new Set(['100.100.100.200', '168.63.129.16', 'fd00:ec2::254']);

/** Thrown into a connection attempt whose name resolved only to addresses that may not be called. */
export class ForbiddenAddress extends Error {
  readonly code = 'EFORBIDDENADDRESS';
}

/**
 * Keeps node addresses, which administrators type in and the panel then calls with a credential, away from the panel's
 * own surroundings. Names are judged by what they resolve to at the moment of connecting, so a name that changes its
 * address after the check gains nothing.
 */
@Injectable()
export class AddressGuard {
  private readonly allowPrivate: boolean;

  constructor(config: Config) {
    this.allowPrivate = config.env.NODES_ALLOW_PRIVATE;
  }

  /** What is wrong with a node address, as the end of a sentence that begins with the field's name; else undefined. */
  problemWith(address: string): string | undefined {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '' || url.port === '0') {
      return 'must be an http or https address';
    }
    if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
    if (url.search !== '' || url.hash !== '') return 'must not contain a query or fragment';
    return this.isForbiddenHost(url.hostname) ? 'points to an address that nodes may not have' : undefined;
  }

  /** Whether the host part of a URL is an address that may not be called; names are judged by `lookup`. */
  isForbiddenHost(hostname: string): boolean {
    const bare = hostname.replace(/^\[|\]$/g, '');
    return ipaddr.isValid(bare) && this.isForbidden(bare);
  }

  /** Whether an address may be called. */
  allows(address: string): boolean {
    return ipaddr.isValid(address) && !this.isForbidden(address);
  }

  /** Resolves a name for a connection, leaving out addresses that may not be called. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '');
      const allowed = found.filter(({ address }) => !this.isForbidden(address));
      const [first] = allowed;
      if (first === undefined) return callback(new ForbiddenAddress('address not allowed'), '');
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };

  private isForbidden(text: string): boolean {
    const address = ipaddr.process(text);
    const range = address.range();
    if (METADATA.has(address.toString()) || NEVER.has(range)) return true;
    return !this.allowPrivate && PRIVATE.has(range);
  }
}
