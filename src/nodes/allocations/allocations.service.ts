import { Injectable } from '@nestjs/common';
import { Prisma } from '../../generated/prisma/client.js';
import { conflict, unavailable } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** One port on one address, as its server has it. */
export interface ClaimedAllocation {
  readonly id: number;
  readonly ip: string;
  readonly port: number;
}

export interface ServerAllocation extends ClaimedAllocation {
  readonly alias: string | null;
  readonly notes: string | null;
  readonly isDefault: boolean;
}

interface DefaultClaim {
  readonly nodeId: number;
  /** The server's row must be in the same transaction already. */
  readonly serverUuid: string;
  /** With `port`: exactly this one. Alone: any free port of the address. */
  readonly ip?: string;
  readonly port?: number;
  /** Taken when it is free, on whichever address. */
  readonly preferredPort?: number;
}

interface FurtherClaim {
  readonly nodeId: number;
  readonly serverUuid: string;
  readonly count: number;
  /** Taken first as far as they are free. */
  readonly preferredPorts?: readonly number[];
}

interface MoveClaim {
  readonly serverUuid: string;
  readonly fromNodeId: number;
  readonly toNodeId: number;
}

const FREE = { serverUuid: null, isDefault: false, notes: null } as const;

/**
 * Ports of nodes, given to servers. Each claim is one statement that skips rows another claim holds, so that of any
 * number of claims at once each free port has exactly one winner.
 */
@Injectable()
export class Allocations {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Claims the port a server listens on: the one asked for, else the lowest free one, on the node's default address
   * if it has any.
   * @returns null on a node that has no ports at all: servers there have none.
   * @throws PanelError 409 when the port asked for is taken or unknown; 503 when no port is free.
   */
  async claimDefault(tx: Queryable, claim: DefaultClaim): Promise<ClaimedAllocation | null> {
    const { nodeId, serverUuid, ip, port, preferredPort = null } = claim;
    const [claimed] = await tx.$queryRaw<ClaimedAllocation[]>`
      UPDATE "Allocation" SET "serverUuid" = ${serverUuid}::uuid, "isDefault" = true
      WHERE "id" = (
        SELECT a."id" FROM "Allocation" a JOIN "Node" n ON n."id" = a."nodeId"
        WHERE a."nodeId" = ${nodeId} AND a."serverUuid" IS NULL
          ${ip === undefined ? Prisma.sql`AND strpos(a."ip", ':') = 0` : Prisma.sql`AND a."ip" = ${ip}`}
          ${ip === undefined && port === undefined ? Prisma.sql`AND NOT a."dedicated"` : Prisma.empty}
          ${port === undefined ? Prisma.empty : Prisma.sql`AND a."port" = ${port}`}
        ORDER BY a."ip" = coalesce(n."defaultIp", '0.0.0.0') DESC, a."port" = ${preferredPort}::int DESC NULLS LAST,
          a."port", a."id"
        LIMIT 1 FOR UPDATE OF a SKIP LOCKED
      )
      RETURNING "id", "ip", "port"`;
    if (claimed !== undefined) return claimed;
    if (port !== undefined) throw conflict('This port is not available on the node', 'allocations.taken');
    return this.refuse(tx, nodeId);
  }

  /**
   * Claims further ports for a server, on the address of its default port first; all of them or none.
   * @throws PanelError 503 when fewer are free.
   */
  async claimMore(tx: Queryable, claim: FurtherClaim): Promise<ClaimedAllocation[]> {
    const { nodeId, serverUuid, count, preferredPorts = [] } = claim;
    if (count === 0) return [];
    const claimed = await tx.$queryRaw<ClaimedAllocation[]>`
      WITH picked AS MATERIALIZED (
        SELECT a."id" FROM "Allocation" a
        WHERE a."nodeId" = ${nodeId} AND a."serverUuid" IS NULL AND NOT a."dedicated" AND strpos(a."ip", ':') = 0
        ORDER BY a."ip" = (
          SELECT d."ip" FROM "Allocation" d
          WHERE d."serverUuid" = ${serverUuid}::uuid AND d."nodeId" = ${nodeId} AND d."isDefault" LIMIT 1
        ) DESC NULLS LAST, a."port" = ANY(${[...preferredPorts]}::int[]) DESC, a."port", a."id"
        LIMIT ${count} FOR UPDATE OF a SKIP LOCKED
      )
      UPDATE "Allocation" SET "serverUuid" = ${serverUuid}::uuid
      FROM picked
      WHERE "Allocation"."id" = picked."id" AND (SELECT count(*) FROM picked) = ${count}
      RETURNING "Allocation"."id", "Allocation"."ip", "Allocation"."port"`;
    if (claimed.length < count) {
      throw unavailable('Not enough free ports available on this node', 'allocations.exhausted', 60);
    }
    return claimed.sort((left, right) => left.port - right.port);
  }

  /**
   * Claims as many ports on another node as the server has on its own, under the same numbers as far as they are free,
   * and with the same notes. Until the server has moved both sets belong to it.
   * @throws PanelError 503 when fewer are free.
   */
  async claimForMove(tx: Queryable, { serverUuid, fromNodeId, toNodeId }: MoveClaim): Promise<void> {
    const present = await tx.allocation.findMany({
      where: { serverUuid, nodeId: fromNodeId },
      select: { port: true, isDefault: true },
    });
    const preferredPort = present.find(({ isDefault }) => isDefault)?.port;
    const claimed = await this.claimDefault(tx, {
      nodeId: toNodeId,
      serverUuid,
      ...(preferredPort !== undefined && { preferredPort }),
    });
    if (claimed === null) return;
    const preferredPorts = present.flatMap(({ port, isDefault }) => (isDefault ? [] : [port]));
    const count = preferredPorts.length;
    await this.claimMore(tx, { nodeId: toNodeId, serverUuid, count, preferredPorts });
    await tx.$executeRaw`
      UPDATE "Allocation" SET "notes" = o."notes" FROM "Allocation" o
      WHERE "Allocation"."serverUuid" = ${serverUuid}::uuid AND "Allocation"."nodeId" = ${toNodeId}
        AND o."serverUuid" = ${serverUuid}::uuid AND o."nodeId" = ${fromNodeId} AND o."port" = "Allocation"."port"`;
  }

  /** Gives the ports back that a server has on one node: the one it left, or the one it did not reach. */
  async releaseOn(tx: Queryable, serverUuid: string, nodeId: number): Promise<void> {
    await tx.allocation.updateMany({ where: { serverUuid, nodeId }, data: FREE });
  }

  /** Gives all ports of a server back. */
  async releaseAll(tx: Queryable, serverUuid: string): Promise<void> {
    await tx.allocation.updateMany({ where: { serverUuid }, data: FREE });
  }

  /** The ports of a server, its default first. */
  listFor(serverUuid: string): Promise<ServerAllocation[]> {
    return this.prisma.allocation.findMany({
      where: { serverUuid },
      select: { id: true, ip: true, port: true, alias: true, notes: true, isDefault: true },
      orderBy: [{ isDefault: 'desc' }, { ip: 'asc' }, { port: 'asc' }],
    });
  }

  private async refuse(tx: Queryable, nodeId: number): Promise<null> {
    const any = await tx.allocation.findFirst({ where: { nodeId }, select: { id: true } });
    if (any === null) return null;
    throw await this.noneFree(tx, nodeId);
  }

  private async noneFree(tx: Queryable, nodeId: number): Promise<PanelError> {
    const { _min, _max } = await tx.allocation.aggregate({
      where: { nodeId },
      _min: { port: true },
      _max: { port: true },
    });
    const range = _min.port === null ? 'none' : `${_min.port}-${_max.port}`;
    return unavailable(
      `No free ports available on this node (range ${range}). Contact an administrator.`,
      'allocations.exhausted',
      60,
    );
  }
}
