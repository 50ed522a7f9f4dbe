import { Module } from '@nestjs/common';
import { OrganisationAccessModule } from '../../organisations/access/organisation-access.module.js';
import { AllocationsModule } from '../allocations/allocations.module.js';
import { NodeDirectoryModule } from '../directory/node-directory.module.js';
import { NodeHealthModule } from '../health/node-health.module.js';
import { WingsModule } from '../wings/wings.module.js';
import { NodeConfigurationController } from './node-configuration.controller.js';
import { NodeConfiguration } from './node-configuration.service.js';
import { NodeCredentials } from './node-credentials.service.js';
import { NodeListing } from './node-listing.service.js';
import { NodeSecretsController } from './node-secrets.controller.js';
import { NodeTokenRotation } from './node-token-rotation.service.js';
import { NodesAdminController } from './nodes.admin.controller.js';
import { NodesController } from './nodes.controller.js';
import { OrganisationNodesController } from './organisation-nodes.controller.js';
import { Nodes } from './nodes.service.js';

@Module({
  imports: [AllocationsModule, NodeDirectoryModule, NodeHealthModule, OrganisationAccessModule, WingsModule],
  // `generate-token` stands before `:id`.
  controllers: [
    NodeSecretsController,
    NodeConfigurationController,
    NodesController,
    NodesAdminController,
    OrganisationNodesController,
  ],
  providers: [NodeConfiguration, NodeCredentials, NodeListing, NodeTokenRotation, Nodes],
  exports: [NodeConfiguration],
})
export class NodesResourceModule {}
