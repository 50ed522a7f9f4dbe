import { Module } from '@nestjs/common';
import { RemoteActivityController } from './activity.controller.js';
import { RemoteActivity } from './activity.service.js';

@Module({ controllers: [RemoteActivityController], providers: [RemoteActivity] })
export class RemoteActivityModule {}
