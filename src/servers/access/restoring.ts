import { conflict } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';

/** wings-rs says nothing when it refuses to restore a locked server: after this long the panel stops waiting. */
const RESTORE_LIMIT_MS = 6 * 3_600_000;

/** Servers into which no backup is being put back. */
export const notRestoring = (): Prisma.ServerWhereInput => ({
  OR: [{ restoringSince: null }, { restoringSince: { lt: new Date(Date.now() - RESTORE_LIMIT_MS) } }],
});

/** Whether a restore that began then is still waited for. */
export const isRestoring = (since: Date | null): boolean =>
  since !== null && since.getTime() >= Date.now() - RESTORE_LIMIT_MS;

/** What ends a restore, however it went. */
export const RESTORED = { restoringBackup: null, restoringSince: null } as const;

export const restoringError = (): PanelError =>
  conflict('A backup of the server is being restored', 'servers.restoring');
