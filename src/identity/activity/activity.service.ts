import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { notFound } from '../../common/errors/panel-error.js';
import { isNotFound, PrismaService } from '../../prisma/prisma.service.js';
import { Database } from '../../prisma/database.js';
import { ownOrPermitted } from '../access/target-user.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { LOG_ENTRY, toLogEntry } from './activity.mapper.js';
import type { LogEntryResponse, LogQuery, LogResultResponse, UnreadCountResponse } from './dto/activity.dto.js';

/** Asked by every open browser every 15 seconds: read from the index alone, and not beyond what a badge can show. */
const countUnread = {
  name: 'activity_unread',
  text: `
    SELECT count(*)::int AS "unread"
    FROM (SELECT 1 FROM "ActivityEntry" WHERE "userId" = $1 AND NOT "isRead" LIMIT 1000) AS unread`,
};

/** What an account did, newest first; also what the bell of the web client shows. */
@Injectable()
export class Activity {
  constructor(
    private readonly prisma: PrismaService,
    private readonly database: Database,
  ) {}

  async list(caller: UserPrincipal, reference: string, query: LogQuery): Promise<LogEntryResponse[]> {
    const { limit, offset, action, targetType, unread } = query;
    const rows = await this.prisma.activityEntry.findMany({
      where: {
        userId: ownOrPermitted(reference, caller, 'logs:read'),
        ...(action && { action: { contains: action } }),
        ...(targetType && { targetType }),
        ...(unread !== undefined && { isRead: !['1', 'true', 'yes'].includes(unread.toLowerCase()) }),
      },
      orderBy: [{ timestamp: 'desc' }, { id: 'desc' }],
      take: limit,
      skip: offset,
      select: LOG_ENTRY,
    });
    return rows.map(toLogEntry);
  }

  async unreadCount(caller: UserPrincipal, reference: string): Promise<UnreadCountResponse> {
    const userId = ownOrPermitted(reference, caller, 'logs:read');
    const [row] = await this.database.query<UnreadCountResponse>(countUnread, [userId]);
    return { unread: row?.unread ?? 0 };
  }

  async markAllRead(caller: UserPrincipal, reference: string): Promise<SuccessResponse> {
    const userId = ownOrPermitted(reference, caller, 'logs:read');
    await this.prisma.activityEntry.updateMany({ where: { userId, isRead: false }, data: { isRead: true } });
    return SUCCESS;
  }

  async markRead(caller: UserPrincipal, reference: string, id: number): Promise<LogResultResponse> {
    const where = { id, userId: ownOrPermitted(reference, caller, 'logs:read') };
    try {
      const row = await this.prisma.activityEntry.update({ where, data: { isRead: true }, select: LOG_ENTRY });
      return { success: true, log: toLogEntry(row) };
    } catch (error) {
      throw isNotFound(error) ? notFound('Not found', 'activity.not_found') : error;
    }
  }
}
