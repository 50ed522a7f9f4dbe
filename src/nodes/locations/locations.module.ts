import { Module } from '@nestjs/common';
import { LocationsAdminController } from './locations.admin.controller.js';
import { Locations } from './locations.service.js';

@Module({ controllers: [LocationsAdminController], providers: [Locations] })
export class LocationsModule {}
