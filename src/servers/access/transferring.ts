import { conflict } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** 409 for everything that has to wait while a server is under way to another node. */
export const beingTransferred = (): PanelError =>
  conflict('The server is being transferred to another node', 'servers.transferring');

/**
 * Locks the server's row until the transaction ends, so that no transfer begins meanwhile.
 * @throws PanelError 409 while one is under way.
 */
export async function lockUnlessTransferring(tx: Queryable, uuid: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ transferring: boolean }[]>`
    SELECT "transferring" FROM "Server" WHERE "uuid" = ${uuid}::uuid FOR NO KEY UPDATE`;
  if (row?.transferring === true) throw beingTransferred();
}
