import { Injectable } from '@nestjs/common';
import { isSuperuserRole } from '../../common/access/principal.js';
import { conflict } from '../../common/errors/panel-error.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** Keeps a panel from losing its last superuser. */
@Injectable()
export class RootAdmins {
  /**
   * Locks the superusers, so that two who demote each other at once take turns.
   * @throws PanelError 409 when the account is the last one and the role would take that from it.
   */
  async assertOneRemains(tx: Queryable, userId: number, role: string | null): Promise<void> {
    if (isSuperuserRole(role)) return;
    const superusers = await tx.$queryRaw<{ id: number }[]>`
      SELECT "id" FROM "User" WHERE "role" IN ('rootAdmin', '*') ORDER BY "id" FOR UPDATE`;
    if (superusers.length === 1 && superusers[0]?.id === userId) {
      throw conflict('At least one rootAdmin must remain', 'users.last_root_admin');
    }
  }
}
