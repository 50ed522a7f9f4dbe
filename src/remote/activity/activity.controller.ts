import { HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { Request } from 'express';
import { CallingNode } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { StreamedBody } from '../body/remote-body.interceptor.js';
import { RemoteController } from '../remote-controller.js';
import { RemoteActivity } from './activity.service.js';
import { ActivityReport } from './dto/activity-report.dto.js';

@RemoteController('activity')
export class RemoteActivityController {
  constructor(private readonly activity: RemoteActivity) {}

  /**
   * Report what happened on servers
   *
   * Up to 32 MiB, read as a stream. Events of servers of other nodes are skipped, repeated ones are stored once.
   */
  @Post()
  @HttpCode(204)
  @StreamedBody()
  @ApiBody({ type: ActivityReport })
  @ApiErrors(400, 413)
  report(@CallingNode() node: NodePrincipal, @Req() request: Request): Promise<void> {
    return this.activity.report(node, request);
  }
}
