import { Injectable } from '@nestjs/common';
import type { Queryable } from '../../prisma/prisma.service.js';
import { organisationNotFound } from './organisation-access.service.js';
import type { OrganisationNeed } from './organisation-needs.js';
import type { OrganisationScope } from './organisation-scope.js';

/** An organisation whose members cannot change until the transaction ends. */
export interface LockedOrganisation {
  readonly id: number;
  readonly name: string;
  readonly handle: string;
  readonly ownerId: number;
}

/**
 * Lets changes of one organisation and its members take turns. All of them lock the organisation's row first, so that
 * there is always exactly one owner and no two of them wait for each other.
 */
@Injectable()
export class OrganisationLock {
  /** @throws PanelError 404 when it is gone. */
  async take(tx: Queryable, id: number): Promise<LockedOrganisation> {
    // Not FOR UPDATE: that would also wait for every row that only refers to the organisation.
    const [row] = await tx.$queryRaw<LockedOrganisation[]>`
      SELECT "id", "name", "handle", "ownerId" FROM "Organisation" WHERE "id" = ${id} FOR NO KEY UPDATE`;
    if (row === undefined) throw organisationNotFound();
    return row;
  }

  /**
   * Takes the lock and asks for the need again: the caller may have lost his role since his request came in.
   * @throws PanelError 403, 404.
   */
  async takeFor(tx: Queryable, scope: OrganisationScope, need: OrganisationNeed): Promise<TakenOrganisation> {
    const organisation = await this.take(tx, scope.id);
    // Only a statement of its own after the lock sees what earlier changes committed.
    const own = await tx.organisationMember.findUnique({
      where: { userId_organisationId: { userId: scope.userId, organisationId: scope.id } },
      select: { orgRole: true },
    });
    const present = scope.withRole(own?.orgRole);
    present.require(need);
    return { organisation, scope: present };
  }
}

/** The lock, and the caller's access as it is under it. */
export interface TakenOrganisation {
  readonly organisation: LockedOrganisation;
  readonly scope: OrganisationScope;
}
