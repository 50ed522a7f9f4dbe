import { Injectable } from '@nestjs/common';
import { digest } from '../../common/crypto/digest.js';
import { Sealer } from '../../common/crypto/sealer.js';

/** What each sealed column of a node is sealed for; a value copied into another column does not open. */
export const NODE_TOKEN_PURPOSE = 'node.token';
const ROOT_USER_PURPOSE = 'node.root-user';
const ROOT_PASSWORD_PURPOSE = 'node.root-password';

/** Columns of a node that hold its daemon token. */
export interface TokenColumns {
  readonly tokenDigest: Uint8Array<ArrayBuffer>;
  readonly tokenSealed: string;
}

/** What tells which token a daemon has. */
export interface HeldToken {
  readonly tokenSealed: string;
  readonly tokenDelivered: boolean;
  readonly previousTokenSealed: string | null;
}

/** The sealed token that the daemon has: until it is known to have the newest, the one before. */
export function heldToken({ tokenSealed, tokenDelivered, previousTokenSealed }: HeldToken): string {
  return tokenDelivered ? tokenSealed : (previousTokenSealed ?? tokenSealed);
}

/** Columns that end the time in which the token before the last rotation counts. */
export const WITHOUT_PREVIOUS_TOKEN = {
  previousTokenDigest: null,
  previousTokenSealed: null,
  previousTokenUntil: null,
  tokenDelivered: true,
} as const;

/** Login of the machine itself, for the administrator; absent parts were never set. */
export interface RootCredentials {
  readonly rootUser?: string;
  readonly rootPassword?: string;
}

/** Seals and opens the secrets of nodes: the only place that knows how they are stored. */
@Injectable()
export class NodeSecrets {
  constructor(private readonly sealer: Sealer) {}

  /** The columns for a daemon token: a digest that finds the node of a call, and the sealed text to call it with. */
  tokenColumns(token: string): TokenColumns {
    return { tokenDigest: digest(token), tokenSealed: this.sealer.seal(token, NODE_TOKEN_PURPOSE) };
  }

  openToken(sealed: string): string {
    return this.sealer.open(sealed, NODE_TOKEN_PURPOSE);
  }

  /** The columns for a root login; `null` or an empty text clears, absent leaves as it is. */
  rootColumns(given: { rootUser?: string | null; rootPassword?: string | null }): {
    rootUserSealed?: string | null;
    rootPasswordSealed?: string | null;
  } {
    const { rootUser, rootPassword } = given;
    return {
      ...(rootUser !== undefined && { rootUserSealed: this.sealOrClear(rootUser, ROOT_USER_PURPOSE) }),
      ...(rootPassword !== undefined && { rootPasswordSealed: this.sealOrClear(rootPassword, ROOT_PASSWORD_PURPOSE) }),
    };
  }

  openRoot(row: { rootUserSealed: string | null; rootPasswordSealed: string | null }): RootCredentials {
    const { rootUserSealed, rootPasswordSealed } = row;
    return {
      ...(rootUserSealed !== null && { rootUser: this.sealer.open(rootUserSealed, ROOT_USER_PURPOSE) }),
      ...(rootPasswordSealed !== null && {
        rootPassword: this.sealer.open(rootPasswordSealed, ROOT_PASSWORD_PURPOSE),
      }),
    };
  }

  private sealOrClear(value: string | null, purpose: string): string | null {
    return value === null || value === '' ? null : this.sealer.seal(value, purpose);
  }
}
