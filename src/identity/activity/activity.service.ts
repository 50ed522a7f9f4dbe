import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { notFound } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { isNotFound, PrismaService } from '../../prisma/prisma.service.js';
import { Database } from '../../prisma/database.js';
import { assertMayManage } from '../access/privilege.js';
import { ownOrPermitted } from '../access/target-user.js';
import { Identities } from '../principals/identities.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { LOG_ENTRY, toLogEntry } from './activity.mapper.js';
import { ActivityNotices } from './activity-notices.service.js';
import type {
  LogEntryResponse,
  LogFilterQuery,
  LogQuery,
  LogResultResponse,
  ReportActivityDto,
  UnreadCountResponse,
} from './dto/activity.dto.js';

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
    private readonly identities: Identities,
    private readonly notices: ActivityNotices,
  ) {}

  async list(caller: UserPrincipal, reference: string, query: LogQuery): Promise<LogEntryResponse[]> {
    const { limit, offset } = query;
    const rows = await this.prisma.activityEntry.findMany({
      where: {
        userId: ownOrPermitted(reference, caller, 'logs:read'),
        ...logFilter(query),
      },
      orderBy: [{ timestamp: 'desc' }, { id: 'desc' }],
      take: limit,
      skip: offset,
      select: LOG_ENTRY,
    });
    return rows.map(toLogEntry);
  }

  /**
   * Writes an entry for automation of the panel's staff. Who sent it stands in the entry: it can be told from what the
   * panel saw itself.
   * @throws PanelError 404 for an unknown account, 403 for one that holds more than the caller.
   */
  async report(caller: UserPrincipal, body: ReportActivityDto, ip: string): Promise<LogResultResponse> {
    const userId = body.userId ?? caller.userId;
    const identity = await this.identities.find(userId);
    if (identity === undefined) throw notFound('User not found', 'users.not_found');
    assertMayManage(caller, identity.account);
    const { action, targetType = null, targetId = null, ipAddress = ip } = body;
    const metadata = { ...body.metadata, reportedBy: caller.userId } as Prisma.InputJsonObject;
    const data = { userId, action, targetType, targetId, ipAddress, metadata };
    const row = await this.prisma.$transaction(async (tx) => {
      if (body.notify === true) await this.notices.tell(data, tx);
      return tx.activityEntry.create({ data, select: LOG_ENTRY });
    });
    return { success: true, log: toLogEntry(row) };
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

/** Of one account's entries those that a query asks for. */
export function logFilter({ action, targetType, unread }: LogFilterQuery): Prisma.ActivityEntryWhereInput {
  return {
    ...(action && { action: { contains: action } }),
    ...(targetType && { targetType }),
    ...(unread !== undefined && { isRead: !['1', 'true', 'yes'].includes(unread.toLowerCase()) }),
  };
}
