/** How daemons keep backups, by the names that they know (wings-protocol A.7). */
export const BACKUP_ADAPTERS = [
  'wings',
  's3',
  'ddup-bak',
  'btrfs',
  'zfs',
  'restic',
  'proxmox-backup-server',
  'kopia',
] as const;

export type BackupAdapter = (typeof BACKUP_ADAPTERS)[number];

/** Go Wings knows no other. */
const OF_GO_WINGS: readonly string[] = ['wings', 's3'];

/** What such adapters keep lies outside of the node and outlives it: a server takes it along when it moves. */
export const REMOTE_ADAPTERS = ['s3', 'restic', 'proxmox-backup-server', 'kopia'] as const;

export const isKeptRemotely = (adapter: string): boolean => REMOTE_ADAPTERS.some((remote) => remote === adapter);

export const isKnownTo = (daemonKind: string, adapter: string): boolean =>
  daemonKind !== 'go' || OF_GO_WINGS.includes(adapter);

/** Under which name requests and answers carry the settings of an adapter; absent: it has none. */
export const SETTINGS_FIELD = {
  s3: 's3',
  restic: 'restic',
  'proxmox-backup-server': 'pbs',
  kopia: 'kopia',
} as const satisfies Partial<Record<BackupAdapter, string>>;

export type SettingsField = (typeof SETTINGS_FIELD)[keyof typeof SETTINGS_FIELD];

export const settingsFieldOf = (adapter: string): SettingsField | undefined =>
  adapter in SETTINGS_FIELD ? SETTINGS_FIELD[adapter as keyof typeof SETTINGS_FIELD] : undefined;

/** Settings that are sealed and never shown; the first ones must be given. */
export const SECRET_FIELDS: Readonly<
  Record<SettingsField, { required: readonly string[]; optional: readonly string[] }>
> = {
  s3: { required: ['accessKeyId', 'secretAccessKey'], optional: [] },
  restic: { required: ['password'], optional: ['environment'] },
  pbs: { required: ['tokenSecret'], optional: [] },
  kopia: { required: ['password'], optional: [] },
};
