import { Module } from '@nestjs/common';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { AddressChanges } from './address-changes.service.js';
import { NodeFleetController } from './node-fleet.controller.js';
import { NodeReboots } from './node-reboots.service.js';
import { RebootRunner } from './reboot-runner.service.js';
import { ServerMappingsAdminController } from './server-mappings.admin.controller.js';
import { ServerMappings } from './server-mappings.service.js';

/** Work on all servers of a node, and on which node has which server. */
@Module({
  imports: [ServerDaemonModule],
  controllers: [NodeFleetController, ServerMappingsAdminController],
  providers: [AddressChanges, NodeReboots, RebootRunner, ServerMappings],
})
export class FleetModule {}
