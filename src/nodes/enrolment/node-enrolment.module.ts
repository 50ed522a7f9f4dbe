import { Module } from '@nestjs/common';
import { NodesResourceModule } from '../nodes/nodes-resource.module.js';
import { DaemonBuilds } from './daemon-builds.service.js';
import { EnrolmentController } from './enrolment.controller.js';
import { InstallCommandsController } from './install-commands.controller.js';
import { InstallTokens } from './install-tokens.service.js';

/** How a machine becomes a node with one command. */
@Module({
  imports: [NodesResourceModule],
  controllers: [EnrolmentController, InstallCommandsController],
  providers: [DaemonBuilds, InstallTokens],
  exports: [DaemonBuilds],
})
export class NodeEnrolmentModule {}
