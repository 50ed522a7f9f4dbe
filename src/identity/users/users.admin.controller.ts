import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { AdminUserPage, AdminUserQuery } from './dto/admin-user.dto.js';
import { UserDirectory } from './user-directory.service.js';

@ApiTags('Users (staff)')
@Controller('api/admin/users')
export class UsersAdminController {
  constructor(private readonly directory: UserDirectory) {}

  /** List accounts, searched, filtered and sorted */
  @Get()
  @RequirePermission(['admin:access', 'users:read'])
  @ApiErrors(400)
  list(@Query() query: AdminUserQuery): Promise<AdminUserPage> {
    return this.directory.page(query);
  }
}
