import { Injectable } from '@nestjs/common';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** A server that somebody was invited to. */
interface LostServer {
  readonly nodeId: number;
  readonly uuid: string;
}

/** What a member loses with his membership, besides the organisation itself. */
export interface Departure {
  readonly userId: number;
  readonly servers: readonly LostServer[];
}

/** Ends memberships. What hung on them ends in the same transaction; open connections are closed by a job. */
@Injectable()
export class Departures {
  constructor(
    private readonly jobs: Jobs,
    private readonly bus: EventBus,
  ) {}

  /**
   * Ends a membership and the person's subuser entries on servers of the organisation's nodes.
   * @returns undefined when the account is no member.
   */
  async end(tx: Queryable, organisationId: number, userId: number): Promise<Departure | undefined> {
    const { count } = await tx.organisationMember.deleteMany({ where: { organisationId, userId } });
    if (count === 0) return undefined;
    const servers = await tx.$queryRaw<LostServer[]>`
      DELETE FROM "ServerSubuser" e USING "Server" s, "Node" n
      WHERE e."userId" = ${userId} AND s."uuid" = e."serverUuid" AND n."id" = s."nodeId"
        AND n."organisationId" = ${organisationId}
      RETURNING s."nodeId", s."uuid"::text AS "uuid"`;
    if (servers.length > 0) await this.jobs.enqueue('account.cut_off_servers', { userId, servers }, { tx });
    return { userId, servers };
  }

  /** Tells every replica, after the commit. */
  announce({ userId, servers }: Departure): void {
    this.bus.publish('user.changed', { userId });
    for (const { uuid } of servers) this.bus.publish('server.access_changed', { serverUuid: uuid });
  }
}
