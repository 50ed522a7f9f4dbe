import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { conflict } from '../../common/errors/panel-error.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { WingsTokens } from '../../nodes/wings/wings-tokens.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { BackupStores, objectKeyOf, storeColumns } from '../backup-stores/backup-stores.service.js';
import { backupNotFound } from './backup-uuid.pipe.js';
import type { BackupDownload } from './dto/backup.dto.js';

/** Downloads go from the node or the object store to the browser; the panel only signs for them. */
@Injectable()
export class BackupDownloads {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly tokens: WingsTokens,
    private readonly stores: BackupStores,
  ) {}

  /** @throws PanelError 404, 409 when it is not complete. */
  async prepare(caller: UserPrincipal, { uuid: serverUuid }: ServerScope, uuid: string): Promise<BackupDownload> {
    const backup = await this.prisma.serverBackup.findFirst({
      where: { uuid, serverUuid, state: { not: 'deleting' } },
      select: {
        uuid: true,
        serverUuid: true,
        nodeId: true,
        state: true,
        adapter: true,
        configuration: { select: storeColumns },
      },
    });
    if (backup === null) throw backupNotFound();
    if (backup.state !== 'completed') throw conflict('The backup is not complete', 'backups.not_complete');
    if (backup.adapter === 's3' && backup.configuration !== null) {
      const store = this.stores.objectStore(backup.configuration);
      return { url: store.downloadUrl(objectKeyOf(backup), `${uuid}.tar.gz`) };
    }
    const daemon = await this.wings.forNode(backup.nodeId);
    const grant = { userUuid: caller.account.uuid, serverUuid, backupUuid: uuid };
    return { url: daemon.backupDownloadUrl(this.tokens.backupDownload(daemon, grant)) };
  }
}
