import type { Prisma } from '../../generated/prisma/client.js';
import type { BackupEntry } from './dto/backup.dto.js';

export const backupColumns = {
  uuid: true,
  name: true,
  adapter: true,
  state: true,
  bytes: true,
  checksum: true,
  checksumType: true,
  locked: true,
  groupUuid: true,
  createdAt: true,
  completedAt: true,
} as const satisfies Prisma.ServerBackupSelect;

export type BackupRow = Prisma.ServerBackupGetPayload<{ select: typeof backupColumns }>;

/** Names of both generations of clients. */
export function toBackup(row: BackupRow): BackupEntry {
  const { uuid, name, adapter, state, checksum, checksumType, locked, createdAt, completedAt } = row;
  const isSuccessful = state === 'completed' ? true : state === 'failed' ? false : null;
  return {
    uuid,
    id: uuid,
    name,
    display_name: name,
    adapter,
    bytes: Number(row.bytes),
    checksum,
    checksum_type: checksumType,
    progress: isSuccessful === null ? 0 : 100,
    status: state,
    is_successful: isSuccessful,
    locked,
    is_locked: locked,
    group: row.groupUuid,
    created_at: createdAt,
    completed_at: completedAt,
  };
}
