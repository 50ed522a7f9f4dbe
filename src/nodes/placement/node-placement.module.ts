import { Module } from '@nestjs/common';
import { NodeHealthModule } from '../health/node-health.module.js';
import { NodePlacement } from './node-placement.service.js';

@Module({ imports: [NodeHealthModule], providers: [NodePlacement], exports: [NodePlacement] })
export class NodePlacementModule {}
