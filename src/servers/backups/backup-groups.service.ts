import { Injectable } from '@nestjs/common';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { isNotFound, isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { backupNotFound } from './backup-uuid.pipe.js';
import type { BackupGroupEntry, CreateBackupGroupDto, UpdateBackupGroupDto } from './dto/backup-group.dto.js';

const MAXIMUM_GROUPS = 25;

const columns = {
  uuid: true,
  name: true,
  keep: true,
  createdAt: true,
  _count: { select: { backups: { where: { state: { not: 'deleting' } } } } },
} as const;

interface GroupRow extends Omit<BackupGroupEntry, 'backups' | 'created_at'> {
  readonly createdAt: Date;
  readonly _count: { readonly backups: number };
}

/** Backups of one server that belong together. */
@Injectable()
export class BackupGroups {
  constructor(private readonly prisma: PrismaService) {}

  async list({ uuid: serverUuid }: ServerScope): Promise<BackupGroupEntry[]> {
    const rows = await this.prisma.backupGroup.findMany({
      where: { serverUuid },
      select: columns,
      orderBy: { name: 'asc' },
    });
    return rows.map(toGroup);
  }

  /** @throws PanelError 409 for a name that is taken, or when the server has as many groups as it may. */
  create({ uuid: serverUuid }: ServerScope, { name, keep }: CreateBackupGroupDto): Promise<BackupGroupEntry> {
    return this.write(async (tx) => {
      // Whoever else adds a group waits here, so that what is counted stays true.
      await tx.$queryRaw`SELECT "uuid" FROM "Server" WHERE "uuid" = ${serverUuid}::uuid FOR NO KEY UPDATE`;
      if ((await tx.backupGroup.count({ where: { serverUuid } })) >= MAXIMUM_GROUPS) {
        throw conflict(`A server has at most ${MAXIMUM_GROUPS} backup groups`, 'backup_groups.limit_reached');
      }
      return toGroup(await tx.backupGroup.create({ data: { serverUuid, name, keep: keep ?? null }, select: columns }));
    });
  }

  /** @throws PanelError 404, 409 for a name that is taken. */
  update(
    { uuid: serverUuid }: ServerScope,
    uuid: string,
    { name, keep }: UpdateBackupGroupDto,
  ): Promise<BackupGroupEntry> {
    const data = { ...(name !== undefined && { name }), ...(keep !== undefined && { keep }) };
    return this.write(async (tx) =>
      toGroup(await tx.backupGroup.update({ where: { uuid, serverUuid }, data, select: columns })),
    );
  }

  /** The backups stay. @throws PanelError 404. */
  async remove({ uuid: serverUuid }: ServerScope, uuid: string): Promise<void> {
    const { count } = await this.prisma.backupGroup.deleteMany({ where: { uuid, serverUuid } });
    if (count === 0) throw groupNotFound();
  }

  /** Puts a backup into a group of its own server, or into none. @throws PanelError 404. */
  async move(serverUuid: string, uuid: string, groupUuid: string | null): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      if (groupUuid !== null) {
        const group = { uuid: groupUuid, serverUuid };
        if ((await tx.backupGroup.count({ where: group })) === 0) throw groupNotFound();
      }
      const { count } = await tx.serverBackup.updateMany({
        where: { uuid, serverUuid, state: { not: 'deleting' } },
        data: { groupUuid },
      });
      if (count === 0) throw backupNotFound();
    });
  }

  private async write<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    try {
      return await this.prisma.$transaction(work);
    } catch (error) {
      if (isNotFound(error)) throw groupNotFound();
      if (isUniqueViolation(error)) throw conflict('A backup group with this name exists', 'backup_groups.taken');
      throw error;
    }
  }
}

const groupNotFound = (): PanelError => notFound('Backup group not found', 'backup_groups.not_found');

const toGroup = ({ uuid, name, keep, createdAt, _count }: GroupRow): BackupGroupEntry => ({
  uuid,
  name,
  keep,
  backups: _count.backups,
  created_at: createdAt,
});
