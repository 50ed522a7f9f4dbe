import { Module } from '@nestjs/common';
import { AllocationPool } from './allocation-pool.service.js';
import { AllocationsAdminController } from './allocations.admin.controller.js';
import { Allocations } from './allocations.service.js';

@Module({
  controllers: [AllocationsAdminController],
  providers: [AllocationPool, Allocations],
  exports: [AllocationPool, Allocations],
})
export class AllocationsModule {}
