import { conflict } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { isRestoring, notRestoring, restoringError } from './restoring.js';
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

/**
 * Locks the server's row until the transaction ends, so that no transfer, installation or restore begins meanwhile: each
 * of them begins by changing that row. What is not there is left to whoever reads it next.
 * @throws PanelError 409 while one of them is under way.
 */
export async function lockIdle(tx: Queryable, uuid: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ transferring: boolean; installState: string; restoringSince: Date | null }[]>`
    SELECT "transferring", "installState"::text AS "installState", "restoringSince"
    FROM "Server" WHERE "uuid" = ${uuid}::uuid FOR NO KEY UPDATE`;
  if (row === undefined) return;
  if (row.transferring || row.installState === 'installing' || isRestoring(row.restoringSince)) throw notNow(row);
}
