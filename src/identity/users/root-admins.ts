import { Injectable } from '@nestjs/common';
import { isSuperuserRole } from '../../common/access/principal.js';
import { conflict } from '../../common/errors/panel-error.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** Keeps a panel from losing its last superuser. */
@Injectable()
export class RootAdmins {
  /**
   * Waits for its turn first: of two superusers who demote each other at once the second sees what the first did. A lock
   * of its own rather than of the rows: these are locked in another order by whoever changes an account.
   * @throws PanelError 409 when the account is the last one and the role would take that from it.
   */
  async assertOneRemains(tx: Queryable, userId: number, role: string | null): Promise<void> {
    if (isSuperuserRole(role)) return;
    await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtext('users.root_admins'))`;
    const superusers = await tx.user.findMany({
      where: { role: { in: ['rootAdmin', '*'] } },
      select: { id: true },
      take: 2,
    });
    if (superusers.length === 1 && superusers[0]?.id === userId) {
      throw conflict('At least one rootAdmin must remain', 'users.last_root_admin');
    }
  }
}
