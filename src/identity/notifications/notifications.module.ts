import { Module } from '@nestjs/common';
import { NotificationRetention } from './notification-retention.js';
import { NotificationsController } from './notifications.controller.js';
import { Notifications } from './notifications.service.js';

/** The inbox of an account. */
@Module({
  controllers: [NotificationsController],
  providers: [Notifications, NotificationRetention],
  exports: [Notifications],
})
export class NotificationsModule {}
