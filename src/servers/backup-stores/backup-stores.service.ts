import { Injectable } from '@nestjs/common';
import { conflict } from '../../common/errors/panel-error.js';
import { guardedFetch } from '../../common/net/guarded-fetch.js';
import type { GuardedFetch } from '../../common/net/guarded-fetch.js';
import { AddressGuard } from '../../nodes/wings/address-guard.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { isKnownTo } from './adapters.js';
import type { SettingsField } from './adapters.js';
import { ObjectStore } from './s3/object-store.js';
import { StoreSecrets } from './store-secrets.js';
import type { StoreSettings } from './store-secrets.js';

/** A configuration as it lies in the database. */
export interface SealedStore {
  readonly settings: unknown;
  readonly secretsSealed: string | null;
}

export const storeColumns = { settings: true, secretsSealed: true } as const;

/** Stores take minutes to put thousands of parts together. */
const COMPLETION_LIMIT_MS = 240_000;

/** Where one server's next backup goes. */
export interface ChosenStore {
  readonly configurationId: number | null;
  readonly adapter: string;
}

const chosen = { select: { id: true, adapter: true } } as const;

/** The stores of backups, for those who make and keep backups. */
@Injectable()
export class BackupStores {
  private readonly quick: GuardedFetch;
  private readonly patient: GuardedFetch;

  constructor(
    private readonly secrets: StoreSecrets,
    guard: AddressGuard,
  ) {
    const allowsAddress = (address: string): boolean => guard.allows(address);
    this.quick = guardedFetch({ allowsAddress, limitMs: 10_000 });
    this.patient = guardedFetch({ allowsAddress, limitMs: COMPLETION_LIMIT_MS });
  }

  /**
   * The choice of the server, else of its node, else of its location, else an archive on the node.
   * @throws PanelError 409 when the node's daemon cannot do that.
   */
  async chosenFor(tx: Queryable, serverUuid: string): Promise<ChosenStore> {
    const server = await tx.server.findUnique({
      where: { uuid: serverUuid },
      select: {
        backupConfiguration: chosen,
        node: {
          select: {
            daemonKind: true,
            backupConfiguration: chosen,
            location: { select: { backupConfiguration: chosen } },
          },
        },
      },
    });
    const configuration =
      server?.backupConfiguration ?? server?.node.backupConfiguration ?? server?.node.location?.backupConfiguration;
    if (configuration === null || configuration === undefined) return { configurationId: null, adapter: 'wings' };
    if (!isKnownTo(server?.node.daemonKind ?? 'unknown', configuration.adapter)) {
      throw conflict('The daemon of the node cannot keep backups there', 'backups.adapter_unsupported');
    }
    return { configurationId: configuration.id, adapter: configuration.adapter };
  }

  /** The bucket of an S3 configuration. @param pace `patient` for work that no request waits for. */
  objectStore(store: SealedStore, pace: 'quick' | 'patient' = 'quick'): ObjectStore {
    return new ObjectStore(this.secrets.join('s3', store), pace === 'quick' ? this.quick : this.patient);
  }

  /** The MiB that parts should have. */
  partSizeOf(store: SealedStore): number {
    return this.secrets.join('s3', store).partSizeMib;
  }

  /** The settings of a repository, secrets included. */
  settingsOf<Field extends SettingsField>(field: Field, store: SealedStore): StoreSettings[Field] {
    return this.secrets.join(field, store);
  }
}

/** Of an archive in a bucket (wings-protocol A.7). */
export const objectKeyOf = ({ uuid, serverUuid }: { uuid: string; serverUuid: string }): string =>
  `${serverUuid}/${uuid}.tar.gz`;
