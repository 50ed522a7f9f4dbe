import { Body, HttpCode, Post } from '@nestjs/common';
import { CallingNode } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { ScheduleReports } from '../../servers/schedules/schedule-reports.service.js';
import { LargeBody } from '../body/remote-body.interceptor.js';
import { RemoteController } from '../remote-controller.js';
import { ScheduleReport } from './dto/schedule-report.dto.js';

@RemoteController('schedule')
export class RemoteSchedulesController {
  constructor(private readonly reports: ScheduleReports) {}

  /**
   * Report how schedules ended (wings-rs)
   *
   * Shown among the runs of the schedule. What is about servers of other nodes is skipped; repeating stores nothing twice.
   */
  @Post()
  @HttpCode(204)
  @LargeBody()
  @ApiErrors(400, 413)
  ended(@CallingNode() node: NodePrincipal, @Body() { data = [] }: ScheduleReport): Promise<void> {
    return this.reports.record(node.nodeId, data);
  }
}
