import { Body, Controller, Get, Patch, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { AdminSettingsResponse, UpdatedSettingsResponse } from './dto/settings.dto.js';
import { UpdateSettingsDto } from './dto/update-settings.dto.js';
import { SettingsService } from './settings.service.js';

@ApiTags('Settings')
@Controller('api/admin/settings')
@RequirePermission(['admin:access', 'admin:settings'])
export class SettingsAdminController {
  constructor(private readonly settings: SettingsService) {}

  /** Read all panel settings. */
  @Get()
  read(): AdminSettingsResponse {
    return this.settings.adminSettings();
  }

  /** Change panel settings; what is absent stays, flags are merged. In force at once, on every replica. */
  @Patch()
  @ApiErrors(400)
  change(
    @Body() body: UpdateSettingsDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<UpdatedSettingsResponse> {
    return this.settings.update({ ...body }, { userId: caller.userId, ipAddress: ip });
  }

  /** Change panel settings; the same as PATCH, for the web client. */
  @Put()
  @ApiErrors(400)
  replace(
    @Body() body: UpdateSettingsDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<UpdatedSettingsResponse> {
    return this.settings.update({ ...body }, { userId: caller.userId, ipAddress: ip });
  }
}
