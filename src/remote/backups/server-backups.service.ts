import { Injectable } from '@nestjs/common';
import type { NodePrincipal } from '../../common/access/principal.js';
import { PanelError } from '../../common/errors/panel-error.js';
import { DaemonBackups } from '../../servers/backups/daemon-backups.service.js';
import type { BackupChoice } from '../../servers/backups/daemon-backups.service.js';
import type {
  BackupChoiceBody,
  BackupOrder,
  ChosenBackup,
  MoveChoiceBody,
  OrderBackupBody,
  RestoreOrder,
} from './dto/server-backup.dto.js';

/** What schedules of daemons order (wings-protocol A.7). What a rule refuses is 417 there, with the text for people. */
@Injectable()
export class RemoteServerBackups {
  constructor(private readonly backups: DaemonBackups) {}

  /** @throws PanelError 404, 417. */
  create({ nodeId }: NodePrincipal, serverUuid: string, body: OrderBackupBody): Promise<BackupOrder> {
    const { name, backup_group_uuid: groupUuid, ignored_files: ignored = [] } = body;
    const order = { name, groupUuid, ignoredFiles: ignored.join('\n') };
    return refusedAs417(() => this.backups.create(nodeId, serverUuid, order));
  }

  /** @throws PanelError 404, 417. */
  restore({ nodeId }: NodePrincipal, serverUuid: string, body: BackupChoiceBody): Promise<RestoreOrder> {
    return refusedAs417(async () => {
      const { uuid, adapter, downloadUrl } = await this.backups.restore(nodeId, serverUuid, choiceOf(body));
      return { adapter, uuid, download_url: downloadUrl };
    });
  }

  /** @throws PanelError 404, 417. */
  remove({ nodeId }: NodePrincipal, serverUuid: string, body: BackupChoiceBody): Promise<ChosenBackup> {
    return refusedAs417(async () => ({ uuid: await this.backups.remove(nodeId, serverUuid, choiceOf(body)) }));
  }

  /** @throws PanelError 404. */
  async move({ nodeId }: NodePrincipal, serverUuid: string, body: MoveChoiceBody): Promise<ChosenBackup> {
    const group = body.target_backup_group_uuid ?? null;
    return { uuid: await this.backups.move(nodeId, serverUuid, choiceOf(body), group) };
  }
}

const choiceOf = (body: BackupChoiceBody): BackupChoice => ({
  uuid: body.backup_uuid,
  name: body.backup_name,
  groupUuid: body.backup_group_uuid,
  oldest: body.oldest ?? false,
});

const REFUSALS = new Set([403, 409, 429]);

async function refusedAs417<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PanelError) || !REFUSALS.has(error.status)) throw error;
    throw new PanelError(417, error.code, error.message, { cause: error });
  }
}
