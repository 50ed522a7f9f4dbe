import { Global, Module } from '@nestjs/common';
import { AllocationsModule } from './allocations/allocations.module.js';
import { NodeAuthenticationModule } from './authentication/node-authentication.module.js';
import { NodeCommandsModule } from './commands/node-commands.module.js';
import { NodeEnrolmentModule } from './enrolment/node-enrolment.module.js';
import { NodeHealthModule } from './health/node-health.module.js';
import { LocationsModule } from './locations/locations.module.js';
import { NodesResourceModule } from './nodes/nodes-resource.module.js';
import { NodePlacementModule } from './placement/node-placement.module.js';
import { SftpProxyModule } from './sftp-proxy/sftp-proxy.module.js';
import { WingsModule } from './wings/wings.module.js';

/** The machines that run game servers, and everything the panel says to them. */
@Global()
@Module({
  imports: [
    AllocationsModule,
    LocationsModule,
    NodeAuthenticationModule,
    NodeCommandsModule,
    NodeEnrolmentModule,
    NodeHealthModule,
    NodePlacementModule,
    NodesResourceModule,
    SftpProxyModule,
    WingsModule,
  ],
  exports: [
    AllocationsModule,
    NodeAuthenticationModule,
    NodeCommandsModule,
    NodeHealthModule,
    NodePlacementModule,
    WingsModule,
  ],
})
export class NodesModule {}
