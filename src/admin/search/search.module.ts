import { Module } from '@nestjs/common';
import { SearchAdminController } from './search.admin.controller.js';
import { AdminSearch } from './search.service.js';

@Module({ controllers: [SearchAdminController], providers: [AdminSearch] })
export class SearchModule {}
