import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { TransferEndings } from './transfer-endings.service.js';
import { TransferOrders } from './transfer-orders.service.js';
import { TransferReports } from './transfer-reports.service.js';
import { TransferStarts } from './transfer-starts.service.js';
import { TransferSweep } from './transfer-sweep.service.js';
import { TransfersController } from './transfers.controller.js';
import { ServerTransfers } from './transfers.service.js';

/** Servers on their way from one node to another. */
@Module({
  imports: [ServerAccessModule, ServerDaemonModule],
  controllers: [TransfersController],
  providers: [ServerTransfers, TransferEndings, TransferOrders, TransferReports, TransferStarts, TransferSweep],
  exports: [TransferReports, TransferStarts],
})
export class TransfersModule {}
