import { Module } from '@nestjs/common';
import { FaviconController } from './favicon.controller.js';

@Module({ controllers: [FaviconController] })
export class SiteModule {}
