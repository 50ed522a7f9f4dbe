import { Module } from '@nestjs/common';
import { PermissionsController } from './permissions.controller.js';
import { RoleAssignmentsController } from './role-assignments.controller.js';
import { RoleAssignments } from './role-assignments.service.js';
import { RolesController } from './roles.controller.js';
import { Roles } from './roles.service.js';

@Module({
  controllers: [RolesController, PermissionsController, RoleAssignmentsController],
  providers: [Roles, RoleAssignments],
})
export class RolesModule {}
