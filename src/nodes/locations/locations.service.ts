import { Injectable } from '@nestjs/common';
import { AuditLog, beforeAndAfter } from '../../common/audit/audit-log.js';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { isForeignKeyViolation, isNotFound, isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { CreateLocationDto, LocationResponse, UpdateLocationDto } from './dto/locations.dto.js';

interface Who {
  readonly userId: number;
  readonly ip: string;
}

const columns = {
  id: true,
  shortCode: true,
  name: true,
  description: true,
  _count: { select: { nodes: true } },
} as const;

interface LocationRow extends Omit<LocationResponse, 'nodeCount'> {
  readonly _count: { readonly nodes: number };
}

/** Where nodes stand. */
@Injectable()
export class Locations {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
  ) {}

  async list(): Promise<LocationResponse[]> {
    const rows = await this.prisma.location.findMany({ select: columns, orderBy: { shortCode: 'asc' } });
    return rows.map(toLocation);
  }

  /** @throws PanelError 404. */
  async one(id: number): Promise<LocationResponse> {
    const row = await this.prisma.location.findUnique({ where: { id }, select: columns });
    if (row === null) throw unknownLocation();
    return toLocation(row);
  }

  /** @throws PanelError 409 for a short code that another location has. */
  create({ shortCode, name, description }: CreateLocationDto, who: Who): Promise<LocationResponse> {
    return this.write(async (tx) => {
      const row = await tx.location.create({
        data: { shortCode, name, description: description ?? null },
        select: columns,
      });
      await this.record(tx, who, 'location:create', row);
      return toLocation(row);
    });
  }

  /** @throws PanelError 404, 409. */
  update(id: number, { shortCode, name, description }: UpdateLocationDto, who: Who): Promise<LocationResponse> {
    const data = {
      ...(typeof shortCode === 'string' && { shortCode }),
      ...(typeof name === 'string' && { name }),
      ...(description !== undefined && { description }),
    };
    return this.write(async (tx) => {
      const before = await tx.location.findUnique({ where: { id }, select: columns });
      const row = await tx.location.update({ where: { id }, data, select: columns });
      await this.record(tx, who, 'location:update', row, { changes: beforeAndAfter(before ?? {}, data) });
      return toLocation(row);
    });
  }

  /** @throws PanelError 404; 409 while nodes stand there. */
  async remove(id: number, who: Who): Promise<void> {
    await this.write(async (tx) => {
      const row = await tx.location.delete({ where: { id }, select: columns });
      await this.record(tx, who, 'location:delete', row);
    });
  }

  private async write<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    try {
      return await this.prisma.$transaction(work);
    } catch (error) {
      if (isNotFound(error)) throw unknownLocation();
      if (isUniqueViolation(error)) throw conflict('A location with this shortCode exists', 'locations.taken');
      if (isForeignKeyViolation(error)) throw conflict('Location still has nodes', 'locations.has_nodes');
      throw error;
    }
  }

  private record(tx: Queryable, { userId, ip }: Who, action: string, row: LocationRow, details = {}): Promise<void> {
    const metadata = { id: row.id, shortCode: row.shortCode, ...details };
    return this.audit.record({ userId, action, metadata, ipAddress: ip }, tx);
  }
}

const unknownLocation = (): PanelError => notFound('Location not found', 'locations.not_found');

function toLocation({ id, shortCode, name, description, _count }: LocationRow): LocationResponse {
  return { id, shortCode, name, description, nodeCount: _count.nodes };
}
