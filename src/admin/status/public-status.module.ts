import { Module } from '@nestjs/common';
import { PublicStatusController } from './public-status.controller.js';
import { PublicStatus } from './public-status.service.js';

/** What everybody may know of how the panel is. */
@Module({ controllers: [PublicStatusController], providers: [PublicStatus] })
export class PublicStatusModule {}
