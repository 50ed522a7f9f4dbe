import { Injectable } from '@nestjs/common';
import { conflict, notFound, PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { busyColumns, idle, notNow } from '../access/not-now.js';
import { BackupStores } from '../backup-stores/backup-stores.service.js';
import { ServerQuota } from '../quota/server-quota.service.js';
import { BackupRemovals } from './backup-removals.service.js';
import { backupColumns } from './backup.mapper.js';
import type { BackupRow } from './backup.mapper.js';

/** A daemon that dies while it works never tells the end. */
const EXPIRES_AFTER_SECONDS = 24 * 3600;
const LIMIT_RETRY_SECONDS = 60;

/** What a new backup is about. */
export interface NewBackup {
  readonly serverUuid: string;
  readonly nodeId: number;
  readonly ownerId: number;
  readonly name?: string | undefined;
  readonly ignoredFiles: string;
  /** Made by a schedule: at the owner's limit the oldest that a schedule made of this server makes room. */
  readonly scheduled?: boolean;
  readonly groupUuid?: string | undefined;
}

/** Makes the rows of new backups: within the owner's limit, one at a time a server, where the configuration says. */
@Injectable()
export class NewBackups {
  constructor(
    private readonly quota: ServerQuota,
    private readonly removals: BackupRemovals,
    private readonly stores: BackupStores,
    private readonly jobs: Jobs,
  ) {}

  /**
   * @throws PanelError 404 for no such server or group; 409 while another one is made or put back, or when the daemon
   * cannot keep it where it should; 429 at the owner's limit.
   */
  async insert(tx: Queryable, backup: NewBackup): Promise<BackupRow> {
    const { serverUuid, nodeId, ownerId, name, ignoredFiles, scheduled = false, groupUuid } = backup;
    // Whoever else adds backups for this owner waits here, so that what is counted stays true.
    const owner = await this.quota.lockOwner(tx, ownerId);
    const limit = owner?.limits.backups ?? null;
    await assertFree(tx, serverUuid);
    if (groupUuid !== undefined) await this.makeRoomInGroup(tx, serverUuid, groupUuid);
    if (scheduled && limit !== null && (await countOf(tx, ownerId)) >= limit) {
      await this.removals.rotate(tx, { serverUuid, scheduled: true }, 1);
    }
    await assertWithinLimit(tx, ownerId, limit);
    const createdAt = new Date();
    const row = await tx.serverBackup.create({
      data: {
        ...(await this.stores.chosenFor(tx, serverUuid)),
        serverUuid,
        nodeId,
        ignoredFiles,
        scheduled,
        createdAt,
        groupUuid: groupUuid ?? null,
        name: name ?? `Backup ${createdAt.toISOString()}`,
      },
      select: backupColumns,
    });
    const expiry = { tx, startAfterSeconds: EXPIRES_AFTER_SECONDS, singletonKey: row.uuid };
    await this.jobs.enqueue('backup.expire', { backupUuid: row.uuid }, expiry);
    return row;
  }

  /** The oldest that nobody locked go, until the new one fits; locked ones may let the group grow. */
  private async makeRoomInGroup(tx: Queryable, serverUuid: string, groupUuid: string): Promise<void> {
    const group = await tx.backupGroup.findFirst({ where: { uuid: groupUuid, serverUuid }, select: { keep: true } });
    if (group === null) throw notFound('Backup group not found', 'backup_groups.not_found');
    if (group.keep === null) return;
    const held = await tx.serverBackup.count({ where: { serverUuid, groupUuid, state: 'completed' } });
    const surplus = held - group.keep + 1;
    if (surplus > 0) await this.removals.rotate(tx, { serverUuid, groupUuid }, surplus);
  }
}

/** @throws PanelError 409 while the server is installed, restored, transferred or backed up. */
async function assertFree(tx: Queryable, uuid: string): Promise<void> {
  const { count } = await tx.server.updateMany({
    // Changes nothing: it makes a restore that begins now wait for this transaction.
    data: { updatedAt: new Date() },
    where: { uuid, ...idle() },
  });
  if (count === 0) {
    const server = await tx.server.findUnique({ where: { uuid }, select: busyColumns });
    throw server === null ? notFound('Server not found', 'servers.not_found') : notNow(server);
  }
  const running = await tx.serverBackup.findFirst({ where: { serverUuid: uuid, state: 'running' } });
  if (running !== null) throw conflict('A backup of this server is being made', 'backups.running');
}

/** Counted for the owner, whoever asks; failed ones take no room. */
async function assertWithinLimit(tx: Queryable, ownerId: number, limit: number | null): Promise<void> {
  if (limit === null) return;
  if ((await countOf(tx, ownerId)) < limit) return;
  const options = { retryAfter: LIMIT_RETRY_SECONDS };
  throw new PanelError(429, 'backups.limit_reached', `Account backup limit reached (${limit})`, options);
}

const countOf = (tx: Queryable, ownerId: number): Promise<number> =>
  tx.serverBackup.count({ where: { server: { ownerId }, state: { in: ['running', 'completed'] } } });
