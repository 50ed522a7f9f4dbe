import { Module } from '@nestjs/common';
import { GeoBlock } from './geo-block.service.js';

@Module({ providers: [GeoBlock], exports: [GeoBlock] })
export class GeoBlockModule {}
