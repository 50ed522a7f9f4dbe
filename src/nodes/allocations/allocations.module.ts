import { Module } from '@nestjs/common';
import { Allocations } from './allocations.service.js';

@Module({ providers: [Allocations], exports: [Allocations] })
export class AllocationsModule {}
