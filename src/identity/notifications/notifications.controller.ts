import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import {
  MarkNotificationDto,
  NotificationQuery,
  NotificationResponse,
  UnreadNotificationsResponse,
} from './dto/notifications.dto.js';
import { Notifications } from './notifications.service.js';

const NOTIFICATION_ID = new RowIdPipe('Notification not found');

/** One's own messages from the panel. */
@ApiTags('Notifications')
@Authenticated()
@Controller('api/mailbox/notifications')
export class NotificationsController {
  constructor(private readonly notifications: Notifications) {}

  /** List one's own notifications, newest first */
  @Get()
  @ApiErrors(400)
  list(@Caller() caller: UserPrincipal, @Query() query: NotificationQuery): Promise<NotificationResponse[]> {
    return this.notifications.list(caller, query);
  }

  /** Count one's own unread notifications */
  @Get('unread-count')
  unreadCount(@Caller() caller: UserPrincipal): Promise<UnreadNotificationsResponse> {
    return this.notifications.unreadCount(caller);
  }

  /** Mark all of one's notifications as read */
  @Post('read-all')
  @HttpCode(200)
  markAllRead(@Caller() caller: UserPrincipal): Promise<SuccessResponse> {
    return this.notifications.markAllRead(caller);
  }

  /** Mark a notification as read, or as unread again */
  @Post(':id/read')
  @HttpCode(200)
  @ApiErrors(400, 404)
  mark(
    @Caller() caller: UserPrincipal,
    @Param('id', NOTIFICATION_ID) id: number,
    @Body() { read = true }: MarkNotificationDto,
  ): Promise<SuccessResponse> {
    return this.notifications.mark(caller, id, read);
  }

  /** Delete a notification */
  @Delete(':id')
  @ApiErrors(404)
  delete(@Caller() caller: UserPrincipal, @Param('id', NOTIFICATION_ID) id: number): Promise<SuccessResponse> {
    return this.notifications.delete(caller, id);
  }
}
