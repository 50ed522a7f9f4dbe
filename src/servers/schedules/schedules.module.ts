import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { BackupsModule } from '../backups/backups.module.js';
import { ServerOperationsModule } from '../operations/server-operations.module.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduleReports } from './schedule-reports.service.js';
import { ScheduleRuns } from './schedule-runs.service.js';
import { ScheduleTasks } from './schedule-tasks.service.js';
import { SchedulesController } from './schedules.controller.js';
import { Schedules } from './schedules.service.js';

@Module({
  imports: [BackupsModule, ServerAccessModule, ServerOperationsModule],
  controllers: [SchedulesController],
  providers: [ScheduleClock, ScheduleReports, ScheduleRuns, ScheduleTasks, Schedules],
  exports: [ScheduleReports],
})
export class SchedulesModule {}
