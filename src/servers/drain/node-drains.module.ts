import { Module } from '@nestjs/common';
import { TransfersModule } from '../transfers/transfers.module.js';
import { DrainRunner } from './drain-runner.service.js';
import { NodeDrainsController } from './node-drains.controller.js';
import { NodeDrains } from './node-drains.service.js';

/** Nodes that are emptied for maintenance. */
@Module({
  imports: [TransfersModule],
  controllers: [NodeDrainsController],
  providers: [DrainRunner, NodeDrains],
})
export class NodeDrainsModule {}
