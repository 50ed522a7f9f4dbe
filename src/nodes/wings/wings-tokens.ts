import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { jtiOf } from './jti.js';
import type { WingsClient } from './wings-client.js';

const LIFETIME_SECONDS = 600;
const DOWNLOAD_LIFETIME_SECONDS = 900;
const FILE_DOWNLOAD_LIFETIME_SECONDS = 300;
const UPLOAD_LIFETIME_SECONDS = 900;
/** The source stops the server and packs it before it shows the token. */
const TRANSFER_LIFETIME_SECONDS = 900;
/** A daemon whose clock is behind would refuse a token that begins now. */
const BACKDATE_SECONDS = 300;

export interface BackupDownloadGrant {
  readonly userUuid: string;
  readonly serverUuid: string;
  readonly backupUuid: string;
}

export interface FileDownloadGrant {
  readonly userUuid: string;
  readonly serverUuid: string;
  readonly path: string;
}

export interface WebsocketGrant {
  readonly userUuid: string;
  readonly serverUuid: string;
  /** Exact list, names of wings-protocol D.4. */
  readonly permissions: readonly string[];
}

interface BaseClaims {
  readonly userUuid: string;
  readonly serverUuid: string;
  readonly scope: string;
  readonly lifetimeSeconds: number;
}

/** Tokens with which a browser speaks to a daemon (wings-protocol C). */
@Injectable()
export class WingsTokens {
  constructor(private readonly config: Config) {}

  /** A console token of 600 s, signed with the secret of the node that will check it. */
  websocket(node: WingsClient, { userUuid, serverUuid, permissions }: WebsocketGrant): string {
    return node.sign({
      ...this.base({ userUuid, serverUuid, scope: 'websocket', lifetimeSeconds: LIFETIME_SECONDS }),
      permissions,
      // wings-rs 0.x: whoever may connect without the right to read must not see the console.
      use_console_read_permission: permissions.includes('meta.calagopus'),
    });
  }

  /** For one download of a backup within 15 minutes (wings-protocol C.4b). */
  backupDownload(node: WingsClient, { userUuid, serverUuid, backupUuid }: BackupDownloadGrant): string {
    const lifetimeSeconds = DOWNLOAD_LIFETIME_SECONDS;
    return node.sign({
      ...this.base({ userUuid, serverUuid, scope: 'backup-download', lifetimeSeconds }),
      backup_uuid: backupUuid,
      unique_id: randomUUID(),
    });
  }

  /** For one download of one file within 5 minutes (wings-protocol C.3). */
  fileDownload(node: WingsClient, { userUuid, serverUuid, path }: FileDownloadGrant): string {
    const lifetimeSeconds = FILE_DOWNLOAD_LIFETIME_SECONDS;
    return node.sign({
      ...this.base({ userUuid, serverUuid, scope: 'file-download', lifetimeSeconds }),
      file_path: path,
      unique_id: randomUUID(),
    });
  }

  /** For uploads into one server within 15 minutes (wings-protocol C.4). */
  fileUpload(node: WingsClient, { userUuid, serverUuid }: { userUuid: string; serverUuid: string }): string {
    return node.sign({
      ...this.base({ userUuid, serverUuid, scope: 'file-upload', lifetimeSeconds: UPLOAD_LIFETIME_SECONDS }),
      unique_id: randomUUID(),
      ignored_files: [],
    });
  }

  /**
   * Lets the source of a transfer hand a server to its target (wings-protocol C.5): 15 minutes, signed with the secret
   * of the target.
   */
  transfer(target: WingsClient, { serverUuid, transferId }: { serverUuid: string; transferId: number }): string {
    return target.sign({
      ...this.envelope(TRANSFER_LIFETIME_SECONDS),
      sub: serverUuid,
      jti: jtiOf(`transfer ${transferId}`, serverUuid),
      scope: 'transfer',
    });
  }

  jtiOf(userUuid: string, serverUuid: string): string {
    return jtiOf(userUuid, serverUuid);
  }

  private base({ userUuid, serverUuid, scope, lifetimeSeconds }: BaseClaims): object {
    return {
      ...this.envelope(lifetimeSeconds),
      sub: userUuid,
      jti: jtiOf(userUuid, serverUuid),
      scope,
      user_uuid: userUuid,
      server_uuid: serverUuid,
    };
  }

  private envelope(lifetimeSeconds: number): object {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.config.panelUrl,
      aud: [''],
      iat: now,
      nbf: now - BACKDATE_SECONDS,
      exp: now + lifetimeSeconds,
    };
  }
}
