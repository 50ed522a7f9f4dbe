import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import type { ServerMountResponse } from './dto/mount.dto.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const columns = { id: true, serverUuid: true, mountId: true, createdAt: true } as const;

/** Which servers see which mounts. */
@Injectable()
export class ServerMounts {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sync: ServerSync,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Lets a server see a mount; its daemon is told after the commit.
   * @throws PanelError 404 for an unknown server or mount; 409 when it sees it already, when its egg is not among those
   * of the mount, and when another mount has the same target.
   */
  async attach(userId: number, server: string, mountId: number): Promise<ServerMountResponse> {
    const uuid = uuidOf(server);
    const link = await this.prisma.$transaction(async (tx) => {
      const eggId = await lockServer(tx, uuid);
      const mount = await tx.mount.findUnique({
        where: { id: mountId },
        select: { target: true, allowedEggs: true, name: true },
      });
      if (mount === null) throw notFound('Mount not found', 'mounts.not_found');
      if (mount.allowedEggs.length > 0 && !mount.allowedEggs.includes(eggId)) {
        throw conflict('The mount is not for servers of this egg', 'mounts.egg_not_allowed');
      }
      await requireRoom(tx, uuid, mountId, mount.target);
      const row = await tx.serverMount.create({ data: { serverUuid: uuid, mountId }, select: columns });
      await this.changed(tx, userId, 'server:mount:attach', uuid, mountId);
      return row;
    });
    await this.sync.now(uuid);
    return { ...link, createdAt: link.createdAt.toISOString() };
  }

  /** @throws PanelError 404 when the server does not see it. */
  async detach(userId: number, server: string, mountId: number): Promise<void> {
    const uuid = uuidOf(server);
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.serverMount.deleteMany({ where: { serverUuid: uuid, mountId } });
      if (count === 0) throw notFound('Mount link not found', 'mounts.link_not_found');
      await this.changed(tx, userId, 'server:mount:detach', uuid, mountId);
    });
    await this.sync.now(uuid);
  }

  /** @throws PanelError 409 when a server that sees the mount has another one at its target. */
  async requireFreeTarget(tx: Queryable, mountId: number): Promise<void> {
    const [taken] = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM "ServerMount" here
      JOIN "Mount" m ON m."id" = here."mountId"
      JOIN "ServerMount" there ON there."serverUuid" = here."serverUuid" AND there."mountId" <> here."mountId"
      JOIN "Mount" o ON o."id" = there."mountId" AND o."target" = m."target"
      WHERE here."mountId" = ${mountId} LIMIT 1`;
    if (taken !== undefined) throw targetTaken();
  }

  /** Notes, in the transaction of a change, that every server that sees the mount must be fetched again. */
  async requestSync(tx: Queryable, mountId: number): Promise<void> {
    const servers = await tx.server.findMany({
      where: { mounts: { some: { mountId } } },
      select: { uuid: true, nodeId: true },
    });
    for (const node of new Set(servers.map(({ nodeId }) => nodeId))) {
      const those = servers.filter(({ nodeId }) => nodeId === node);
      await this.sync.requestMany(
        tx,
        node,
        those.map(({ uuid }) => uuid),
      );
    }
  }

  private async changed(tx: Queryable, userId: number, action: string, uuid: string, mountId: number): Promise<void> {
    await this.sync.request(tx, uuid);
    await this.audit.record({ userId, action, targetType: 'server', targetId: uuid, metadata: { mountId } }, tx);
  }
}

/** Two mounts attached at once wait for each other here. @returns its egg. */
async function lockServer(tx: Queryable, uuid: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ eggId: number }[]>`
    SELECT "eggId" FROM "Server" WHERE "uuid" = ${uuid}::uuid FOR NO KEY UPDATE`;
  if (row === undefined) throw notFound('Server not found', 'servers.not_found');
  return row.eggId;
}

async function requireRoom(tx: Queryable, serverUuid: string, mountId: number, target: string): Promise<void> {
  const other = await tx.serverMount.findFirst({
    where: { serverUuid, OR: [{ mountId }, { mount: { target } }] },
    select: { mountId: true },
    // Its own link first: that it is attached already says more than that the target is taken.
    orderBy: { mountId: 'asc' },
  });
  if (other === null) return;
  throw other.mountId === mountId ? conflict('Mount already attached', 'mounts.attached') : targetTaken();
}

function uuidOf(id: string): string {
  if (!UUID.test(id)) throw notFound('Server not found', 'servers.not_found');
  return id.toLowerCase();
}

const targetTaken = () => conflict('Another mount of the server has this target', 'mounts.target_taken');
