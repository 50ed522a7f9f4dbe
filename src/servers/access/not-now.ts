import { conflict } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { notRestoring, restoringError } from './restoring.js';
import { beingTransferred } from './transferring.js';

/** Servers that are neither installed, nor put back from a backup, nor under way to another node. */
export const idle = (): Prisma.ServerWhereInput => ({
  installState: { not: 'installing' },
  transferring: false,
  ...notRestoring(),
});

export const busyColumns = { installState: true, transferring: true } as const satisfies Prisma.ServerSelect;

/** Why something has to wait for a server that is not idle. */
export function notNow({ installState, transferring }: { installState: string; transferring: boolean }): PanelError {
  if (transferring) return beingTransferred();
  return installState === 'installing'
    ? conflict('The server is being installed', 'servers.installing')
    : restoringError();
}
