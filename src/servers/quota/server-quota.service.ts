import { Injectable } from '@nestjs/common';
import type { PortalType } from '../../generated/prisma/client.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { limitsOf } from './limits.js';
import type { Limits, Usage } from './limits.js';

/** The account whose quota counts. */
export interface QuotaOwner {
  readonly id: number;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly portalType: PortalType;
  /** Of the billing address. */
  readonly billingCountry: string | null;
  readonly limits: Limits;
}

interface OwnerRow extends Omit<QuotaOwner, 'limits'> {
  limits: unknown;
}

/** What an owner may have and has, under a lock: whoever else creates or grows servers for him waits. */
@Injectable()
export class ServerQuota {
  /** Locks the owner until the transaction ends; undefined when there is none. */
  async lockOwner(tx: Queryable, ownerId: number): Promise<QuotaOwner | undefined> {
    // Not FOR UPDATE: rows that merely refer to the account (sessions, keys) need not wait.
    const [row] = await tx.$queryRaw<OwnerRow[]>`
      SELECT "id", "email", "emailVerified", "portalType"::text AS "portalType", "billingCountry", "limits"
      FROM "User" WHERE "id" = ${ownerId} FOR NO KEY UPDATE`;
    return row === undefined ? undefined : { ...row, limits: limitsOf(row.limits) };
  }

  /** What the owner's servers take together. @param exceptUuid a server that is about to change. */
  async usage(tx: Queryable, ownerId: number, exceptUuid?: string): Promise<Usage> {
    const { _count, _sum } = await tx.server.aggregate({
      where: { ownerId, ...(exceptUuid !== undefined && { uuid: { not: exceptUuid } }) },
      _count: { _all: true },
      _sum: { memory: true, disk: true, cpu: true },
    });
    return { servers: _count._all, memory: _sum.memory ?? 0, disk: _sum.disk ?? 0, cpu: _sum.cpu ?? 0 };
  }
}
