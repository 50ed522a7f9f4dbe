import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { notFound } from '../../common/errors/panel-error.js';
import { Database } from '../../prisma/database.js';
import type { Statement } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import type { NotificationQuery, NotificationResponse, UnreadNotificationsResponse } from './dto/notifications.dto.js';
import { isNotificationUrl } from './notification-url.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

/** A message for the inbox of an account. */
export interface NewNotification {
  readonly userId: number;
  /** What it is about, at most 32 characters: `export`, `server`, `system` … */
  readonly type: string;
  readonly title: string;
  readonly body: string;
  /** A path of the panel or an https address. */
  readonly url?: string;
}

const NOTIFICATION = { id: true, type: true, title: true, body: true, url: true, read: true, createdAt: true } as const;
const TITLE_LENGTH = 200;
const BODY_LENGTH = 4_000;

/** Open pages ask for it again and again: not beyond what a badge can show. */
const COUNT_UNREAD: Statement = {
  name: 'notifications_unread',
  text: `
    SELECT count(*)::int AS "unread"
    FROM (SELECT 1 FROM "Notification" WHERE "userId" = $1::int AND NOT "read" LIMIT 1000) AS unread`,
};

const missing = () => notFound('Notification not found', 'notifications.not_found');

/** The inbox of an account. Other parts add to it; only its owner reads it. */
@Injectable()
export class Notifications {
  constructor(
    private readonly prisma: PrismaService,
    private readonly database: Database,
    erasure: AccountErasure,
  ) {
    erasure.register('notifications', async (tx, userId) => {
      await tx.notification.deleteMany({ where: { userId } });
    });
  }

  /**
   * Adds a message, in the transaction of what it is about. Long texts are cut.
   * @throws Error for an address that leads elsewhere than to the panel or to https: a mistake of the calling part.
   */
  async add(tx: Queryable, { userId, type, title, body, url }: NewNotification): Promise<void> {
    if (url !== undefined && !isNotificationUrl(url)) throw new Error(`A notification must not lead to "${url}"`);
    const data = { userId, type, title: cut(title, TITLE_LENGTH), body: cut(body, BODY_LENGTH), url: url ?? null };
    await tx.notification.create({ data, select: { id: true } });
  }

  list({ userId }: UserPrincipal, { limit, offset, unread }: NotificationQuery): Promise<NotificationResponse[]> {
    return this.prisma.notification.findMany({
      where: { userId, ...(unread !== undefined && { read: unread === 'false' || unread === '0' }) },
      orderBy: { id: 'desc' },
      take: limit,
      skip: offset,
      select: NOTIFICATION,
    });
  }

  async unreadCount({ userId }: UserPrincipal): Promise<UnreadNotificationsResponse> {
    const [row] = await this.database.query<UnreadNotificationsResponse>(COUNT_UNREAD, [userId]);
    return { unread: row?.unread ?? 0 };
  }

  /** @throws PanelError 404 when there is no such notification or it is somebody else's. */
  async mark({ userId }: UserPrincipal, id: number, read: boolean): Promise<SuccessResponse> {
    const { count } = await this.prisma.notification.updateMany({ where: { id, userId }, data: { read } });
    if (count === 0) throw missing();
    return SUCCESS;
  }

  async markAllRead({ userId }: UserPrincipal): Promise<SuccessResponse> {
    await this.prisma.notification.updateMany({ where: { userId, read: false }, data: { read: true } });
    return SUCCESS;
  }

  /** @throws PanelError 404 when there is no such notification or it is somebody else's. */
  async delete({ userId }: UserPrincipal, id: number): Promise<SuccessResponse> {
    const { count } = await this.prisma.notification.deleteMany({ where: { id, userId } });
    if (count === 0) throw missing();
    return SUCCESS;
  }
}

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
