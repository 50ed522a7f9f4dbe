import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { AdminUpdateUserDto, AdminUserPage, AdminUserQuery } from './dto/admin-user.dto.js';
import { UserAdministration } from './user-administration.service.js';
import { UserDirectory } from './user-directory.service.js';

@ApiTags('Users (staff)')
@Controller('api/admin/users')
export class UsersAdminController {
  constructor(
    private readonly directory: UserDirectory,
    private readonly administration: UserAdministration,
  ) {}

  /** List accounts, searched, filtered and sorted */
  @Get()
  @RequirePermission(['admin:access', 'users:read'])
  @ApiErrors(400)
  list(@Query() query: AdminUserQuery): Promise<AdminUserPage> {
    return this.directory.page(query);
  }

  /**
   * Change an account
   *
   * Only of people who hold no more rights than the caller; rank is for superusers. To suspend needs `users:suspend`, to ban from
   * the support `tickets:ban`.
   */
  @Put(':id')
  @RequirePermission(['admin:access', 'admin:user:edit'])
  @ApiErrors(400, 404, 409)
  update(
    @Caller() caller: UserPrincipal,
    @Param('id', new RowIdPipe('User not found')) id: number,
    @Body() body: AdminUpdateUserDto,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.administration.update(caller, id, body, ip);
  }
}
