import type { Prisma } from '../../generated/prisma/client.js';
import { settingsFieldOf } from './adapters.js';
import type { BackupConfigurationResponse } from './dto/backup-configuration.dto.js';
import type { KopiaSettings, PbsSettings, ResticSettings, S3Settings } from './dto/store-settings.dto.js';

export const configurationColumns = {
  id: true,
  name: true,
  adapter: true,
  settings: true,
  createdAt: true,
  locations: { select: { id: true }, orderBy: { id: 'asc' } },
  nodes: { select: { id: true }, orderBy: { id: 'asc' } },
  _count: { select: { servers: true, backups: true } },
} as const satisfies Prisma.BackupConfigurationSelect;

type ConfigurationRow = Prisma.BackupConfigurationGetPayload<{ select: typeof configurationColumns }>;

/** The column holds what a validated body held, so its shape is the adapter's. */
export function toConfiguration(row: ConfigurationRow): BackupConfigurationResponse {
  const field = settingsFieldOf(row.adapter);
  const settings: unknown = row.settings;
  return {
    id: row.id,
    name: row.name,
    adapter: row.adapter,
    s3: field === 's3' ? (settings as S3Settings) : null,
    restic: field === 'restic' ? (settings as ResticSettings) : null,
    pbs: field === 'pbs' ? (settings as PbsSettings) : null,
    kopia: field === 'kopia' ? (settings as KopiaSettings) : null,
    locationIds: row.locations.map(({ id }) => id),
    nodeIds: row.nodes.map(({ id }) => id),
    serverCount: row._count.servers,
    backupCount: row._count.backups,
    createdAt: row.createdAt,
  };
}
