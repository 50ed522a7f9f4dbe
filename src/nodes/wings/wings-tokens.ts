import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { jtiOf } from './jti.js';
import type { WingsClient } from './wings-client.js';

const LIFETIME_SECONDS = 600;
/** The source stops the server and packs it before it shows the token. */
const TRANSFER_LIFETIME_SECONDS = 900;
/** A daemon whose clock is behind would refuse a token that begins now. */
const BACKDATE_SECONDS = 300;

export interface WebsocketGrant {
  readonly userUuid: string;
  readonly serverUuid: string;
  /** Exact list, names of wings-protocol D.4. */
  readonly permissions: readonly string[];
}

/** Tokens with which a browser speaks to a daemon (wings-protocol C). */
@Injectable()
export class WingsTokens {
  constructor(private readonly config: Config) {}

  /** A console token of 600 s, signed with the secret of the node that will check it. */
  websocket(node: WingsClient, { userUuid, serverUuid, permissions }: WebsocketGrant): string {
    const now = Math.floor(Date.now() / 1000);
    return node.sign({
      iss: this.config.panelUrl,
      aud: [''],
      sub: userUuid,
      jti: jtiOf(userUuid, serverUuid),
      iat: now,
      nbf: now - BACKDATE_SECONDS,
      exp: now + LIFETIME_SECONDS,
      scope: 'websocket',
      user_uuid: userUuid,
      server_uuid: serverUuid,
      permissions,
      // wings-rs 0.x: whoever may connect without the right to read must not see the console.
      use_console_read_permission: permissions.includes('meta.calagopus'),
    });
  }

  /**
   * Lets the source of a transfer hand a server to its target (wings-protocol C.5): 15 minutes, signed with the secret
   * of the target.
   */
  transfer(target: WingsClient, { serverUuid, transferId }: { serverUuid: string; transferId: number }): string {
    const now = Math.floor(Date.now() / 1000);
    return target.sign({
      iss: this.config.panelUrl,
      aud: [''],
      sub: serverUuid,
      jti: jtiOf(`transfer ${transferId}`, serverUuid),
      iat: now,
      nbf: now - BACKDATE_SECONDS,
      exp: now + TRANSFER_LIFETIME_SECONDS,
      scope: 'transfer',
    });
  }

  jtiOf(userUuid: string, serverUuid: string): string {
    return jtiOf(userUuid, serverUuid);
  }
}
