import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { ListSearchDto } from '../../common/paging/list-search.dto.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import {
  AddPermissionDto,
  CreateRoleDto,
  PermissionResponse,
  PermissionResultResponse,
  RoleResponse,
  RoleResultResponse,
} from './dto/roles.dto.js';
import { Roles } from './roles.service.js';

const ROLE_ID = new RowIdPipe('Role not found');

@ApiTags('Roles')
@Controller('api/roles')
export class RolesController {
  constructor(private readonly roles: Roles) {}

  /** List roles; all of them unless the query says which part */
  @RequirePermission('roles:read')
  @Get()
  @ApiErrors(400)
  list(@Query() query: ListSearchDto): Promise<RoleResponse[]> {
    return this.roles.list(query);
  }

  /** Create a role */
  @RequirePermission('roles:create')
  @Post()
  @ApiBody({ type: CreateRoleDto, examples: { role: { value: { name: 'Support' } } } })
  @HttpCode(200)
  @Idempotent()
  @ApiErrors(400, 404)
  create(
    @Caller() caller: UserPrincipal,
    @Body() body: CreateRoleDto,
    @ClientAddress() ip: string,
  ): Promise<RoleResultResponse> {
    return this.roles.create(caller, body, ip);
  }

  /** Read a role */
  @RequirePermission('roles:read')
  @Get(':id')
  @ApiErrors(404)
  read(@Param('id', ROLE_ID) id: number): Promise<RoleResponse> {
    return this.roles.read(id);
  }

  /**
   * Delete a role
   *
   * Everybody who had it loses it; roles that inherited from it stand alone. The role `default` stays.
   */
  @RequirePermission('roles:delete')
  @Delete(':id')
  @ApiErrors(404, 409)
  delete(
    @Caller() caller: UserPrincipal,
    @Param('id', ROLE_ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.roles.delete(caller, id, ip);
  }

  /** List the permissions of a role */
  @RequirePermission('roles:read')
  @Get(':id/permissions')
  @ApiErrors(404)
  permissions(@Param('id', ROLE_ID) id: number): Promise<PermissionResponse[]> {
    return this.roles.permissions(id);
  }

  /**
   * Add a permission to a role
   *
   * In force at once. Only what the caller holds; `*` only by superusers.
   */
  @RequirePermission('permissions:assign')
  @Post(':id/permissions')
  @HttpCode(200)
  @ApiErrors(400, 404)
  addPermission(
    @Caller() caller: UserPrincipal,
    @Param('id', ROLE_ID) id: number,
    @Body() body: AddPermissionDto,
    @ClientAddress() ip: string,
  ): Promise<PermissionResultResponse> {
    return this.roles.addPermission(caller, id, body.value, ip);
  }

  /** Remove a permission from a role */
  @RequirePermission('permissions:assign')
  @Delete(':id/permissions/:permId')
  @ApiErrors(404)
  removePermission(
    @Caller() caller: UserPrincipal,
    @Param('id', ROLE_ID) id: number,
    @Param('permId', new RowIdPipe('Permission not found')) permId: number,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.roles.removePermission(caller, id, permId, ip);
  }
}
