import { Module } from '@nestjs/common';
import { RolloutAdministration } from './rollout-administration.service.js';
import { RolloutsAdminController } from './rollouts.admin.controller.js';
import { RolloutsController } from './rollouts.controller.js';
import { Rollouts } from './rollouts.service.js';

/** Parts of the panel that only some accounts see yet. */
@Module({
  controllers: [RolloutsController, RolloutsAdminController],
  providers: [Rollouts, RolloutAdministration],
  exports: [Rollouts],
})
export class RolloutsModule {}
