import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { AssignmentResponse, AssignmentResultResponse, AssignRoleDto } from './dto/roles.dto.js';
import { RoleAssignments } from './role-assignments.service.js';

@ApiTags('Roles')
@Controller('api/users/:id/roles')
export class RoleAssignmentsController {
  constructor(private readonly assignments: RoleAssignments) {}

  /** List the roles of an account */
  @RequirePermission('roles:read')
  @Get()
  @ApiErrors(404)
  list(@Caller() caller: UserPrincipal, @Param('id') id: string): Promise<AssignmentResponse[]> {
    return this.assignments.list(caller, id);
  }

  /**
   * Assign a role to an account
   *
   * In force at once. The caller must hold everything that the role holds.
   */
  @RequirePermission('roles:assign')
  @Post()
  @HttpCode(200)
  @ApiErrors(400, 404)
  assign(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Body() body: AssignRoleDto,
    @ClientAddress() ip: string,
  ): Promise<AssignmentResultResponse> {
    return this.assignments.assign(caller, id, body.roleId, ip);
  }

  /** Take a role from an account */
  @RequirePermission('roles:assign')
  @Delete(':urId')
  @ApiErrors(404)
  unassign(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Param('urId', new RowIdPipe('Not found')) urId: number,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.assignments.unassign(caller, id, urId, ip);
  }
}
