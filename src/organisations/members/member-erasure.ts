import { Injectable } from '@nestjs/common';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import type { AfterCommit } from '../../common/erasure/account-erasure.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { Departures } from './departures.service.js';

/**
 * What becomes of memberships when an account is deleted. An organisation is more than its owner: the deletion waits
 * until he has handed it over or ended it.
 */
@Injectable()
export class MemberErasure {
  constructor(
    private readonly departures: Departures,
    erasure: AccountErasure,
  ) {
    erasure.registerObstacle('organisations', (tx, userIds) => this.waitingFor(tx, userIds));
    erasure.register('organisations', (tx, userId, afterCommit) => this.erase(tx, userId, afterCommit));
  }

  private async waitingFor(tx: Queryable, userIds: readonly number[]): Promise<Map<number, string>> {
    const owned = await tx.organisation.groupBy({
      by: ['ownerId'],
      where: { ownerId: { in: [...userIds] } },
      _count: { _all: true },
    });
    return new Map(
      owned.map(({ ownerId, _count: { _all: count } }) => [
        ownerId,
        `owns ${count} organisation${count === 1 ? '' : 's'}`,
      ]),
    );
  }

  private async erase(tx: Queryable, userId: number, afterCommit: AfterCommit): Promise<void> {
    const memberships = await tx.organisationMember.findMany({ where: { userId }, select: { organisationId: true } });
    for (const { organisationId } of memberships) {
      const departure = await this.departures.end(tx, organisationId, userId);
      if (departure !== undefined) afterCommit(() => this.departures.announce(departure));
    }
    await tx.$executeRaw`
      DELETE FROM "OrganisationInvite" i USING "User" u WHERE u."id" = ${userId} AND i."email" = u."email"`;
    await tx.organisationInvite.updateMany({ where: { invitedById: userId }, data: { invitedById: null } });
  }
}
