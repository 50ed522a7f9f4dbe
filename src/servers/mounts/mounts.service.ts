import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import type { MountResponse, UpdateMountDto, WriteMountDto } from './dto/mount.dto.js';
import { isAllowedSource, isAllowedTarget } from './mount-paths.js';
import { mountColumns, toMount } from './mount.mapper.js';
import { ServerMounts } from './server-mounts.service.js';

/** Folders of nodes that servers can see. */
@Injectable()
export class Mounts {
  constructor(
    private readonly prisma: PrismaService,
    private readonly servers: ServerMounts,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /** All of them by name. */
  async list(): Promise<MountResponse[]> {
    const rows = await this.prisma.mount.findMany({ select: mountColumns, orderBy: [{ name: 'asc' }, { id: 'asc' }] });
    return rows.map((row) => toMount(row, true));
  }

  /** Those of one server, by name. */
  async listFor(scope: ServerScope): Promise<MountResponse[]> {
    const rows = await this.prisma.mount.findMany({
      where: { servers: { some: { serverUuid: scope.uuid } } },
      select: mountColumns,
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
    });
    return rows.map((row) => toMount(row, scope.isStaff));
  }

  /** @throws PanelError 400 for folders that nodes do not lend or that servers must not have covered. */
  async create(userId: number, dto: WriteMountDto): Promise<MountResponse> {
    this.check(dto);
    const { name, source, target } = dto;
    return this.prisma.$transaction(async (tx) => {
      const row = await tx.mount.create({ data: { ...changesOf(dto), name, source, target }, select: mountColumns });
      await this.record(tx, userId, 'mount:create', row.id, row.name);
      return toMount(row, true);
    });
  }

  /**
   * Changes a mount; the servers that see it are told.
   * @throws PanelError 400 as for a new one; 404; 409 when a server has another mount at the new target.
   */
  async update(userId: number, id: number, dto: UpdateMountDto): Promise<MountResponse> {
    this.check(dto);
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.mount.updateMany({ where: { id }, data: changesOf(dto) });
      if (count === 0) throw mountNotFound();
      if (dto.target !== undefined) await this.servers.requireFreeTarget(tx, id);
      await this.servers.requestSync(tx, id);
      const row = await tx.mount.findUniqueOrThrow({ where: { id }, select: mountColumns });
      await this.record(tx, userId, 'mount:update', id, row.name);
      return toMount(row, true);
    });
  }

  /** Takes it from every server too. @throws PanelError 404. */
  async delete(userId: number, id: number): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      await this.servers.requestSync(tx, id);
      const row = await tx.mount.findUnique({ where: { id }, select: { name: true } });
      if (row === null || (await tx.mount.deleteMany({ where: { id } })).count === 0) throw mountNotFound();
      await this.record(tx, userId, 'mount:delete', id, row.name);
    });
  }

  private check({ source, target }: UpdateMountDto): void {
    const { mountSources } = this.config;
    if (source !== undefined && !isAllowedSource(source, mountSources)) {
      throw badRequest(`source must be a folder within ${mountSources.join(' or ')}`, 'mounts.source_not_allowed');
    }
    if (target !== undefined && !isAllowedTarget(target)) {
      throw badRequest('target must be an absolute path outside the system folders', 'mounts.target_not_allowed');
    }
  }

  private record(tx: Queryable, userId: number, action: string, id: number, name: string): Promise<void> {
    return this.audit.record({ userId, action, targetType: 'mount', targetId: id, metadata: { name } }, tx);
  }
}

function changesOf({ name, description, source, target, read_only, allowed_eggs }: UpdateMountDto) {
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(source !== undefined && { source }),
    ...(target !== undefined && { target }),
    ...(read_only !== undefined && { readOnly: read_only }),
    ...(allowed_eggs !== undefined && { allowedEggs: allowed_eggs }),
  };
}

const mountNotFound = (): PanelError => notFound('Mount not found', 'mounts.not_found');
