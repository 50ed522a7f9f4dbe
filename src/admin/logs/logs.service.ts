import { Injectable } from '@nestjs/common';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { AdminLogEntry, AdminLogPage } from './dto/log.dto.js';
import type { LogFilterDto, LogQueryDto } from './dto/log-query.dto.js';
import { toAdminLogEntry } from './logs.mapper.js';
import type { Author } from './logs.mapper.js';

/** What is read of an entry. */
export const COLUMNS = {
  id: true,
  userId: true,
  action: true,
  targetType: true,
  targetId: true,
  metadata: true,
  ipAddress: true,
  timestamp: true,
} as const;

export type LogRow = Prisma.ActivityEntryGetPayload<{ select: typeof COLUMNS }>;

/** What everybody did. The record is append-only: there is no way to change or delete an entry. */
@Injectable()
export class LogsService {
  constructor(private readonly prisma: PrismaService) {}

  /** One page, newest first, in three queries whatever its size. */
  async page(query: LogQueryDto): Promise<AdminLogPage> {
    const { page, per } = query;
    if (query.type === 'requests') return { logs: [], total: 0, page, per };
    const where = filterOf(query);
    const total = await this.prisma.activityEntry.count({ where });
    const entries = await this.prisma.activityEntry.findMany({
      where,
      select: COLUMNS,
      orderBy: [{ timestamp: 'desc' }, { id: 'desc' }],
      skip: (page - 1) * per,
      take: per,
    });
    return { logs: await this.withAuthors(entries), total, page, per };
  }

  /** Entries as they are shown, with the names of who made them: one query. */
  async withAuthors(entries: readonly LogRow[]): Promise<AdminLogEntry[]> {
    const authors = await this.authorsOf(entries);
    return entries.map((entry) => toAdminLogEntry(entry, authors.get(entry.userId ?? 0)));
  }

  private async authorsOf(entries: readonly { userId: number | null }[]): Promise<Map<number, Author>> {
    const ids = [...new Set(entries.flatMap(({ userId }) => userId ?? []))];
    const users = await this.prisma.user.findMany({
      where: { id: { in: ids } },
      select: { id: true, email: true, firstName: true, lastName: true, displayName: true, avatarUrl: true },
    });
    return new Map(users.map((user) => [user.id, user]));
  }
}

/** The entries that a filter lets through. */
export function filterOf(query: LogFilterDto): Prisma.ActivityEntryWhereInput {
  const { type, userId, action, targetType, targetId, from, to } = query;
  const failures = ['error', 'crash', 'failed'].map((word) => ({ action: { contains: word } }));
  return {
    ...(type === 'serverErrors' && { OR: failures }),
    ...(userId !== undefined && { userId: userId === 0 ? null : userId }),
    ...(action !== undefined && { action: { contains: action } }),
    ...(targetType !== undefined && { targetType }),
    ...(targetId !== undefined && { targetId }),
    timestamp: {
      ...(from !== undefined && { gte: new Date(from) }),
      ...(to !== undefined && { lt: new Date(to) }),
    },
  };
}
