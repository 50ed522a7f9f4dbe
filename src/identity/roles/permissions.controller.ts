import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access/decorators.js';
import { CataloguePermissionResponse } from './dto/roles.dto.js';
import { PERMISSION_CATALOGUE } from './permission-catalogue.js';

@ApiTags('Roles')
@Controller('api/permissions')
export class PermissionsController {
  /** List every permission that the panel knows */
  @RequirePermission('roles:read')
  @Get()
  list(): CataloguePermissionResponse[] {
    return [...PERMISSION_CATALOGUE];
  }
}
