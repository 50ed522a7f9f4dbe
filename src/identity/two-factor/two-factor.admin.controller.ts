import { Controller, Delete, Param } from '@nestjs/common';
import { ApiExtension, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { TwoFactorReset } from './two-factor-reset.service.js';

@ApiTags('Two-factor sign-in')
@Controller('api/admin/users/:id/2fa')
export class TwoFactorAdminController {
  constructor(private readonly resets: TwoFactorReset) {}

  /**
   * Turn off somebody's two-factor sign-in
   *
   * For people who lost their device and their backup codes. Ends all sessions of the account and tells its owner by mail.
   * Only from a session, with the permission `users:write`, and for accounts that hold no more rights than the caller.
   * One's own is turned off with a code instead (409).
   */
  @SessionOnly()
  @Delete()
  @ApiExtension('x-permission', ['users:write'])
  @ApiErrors(404, 409)
  reset(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.resets.byStaff(caller, id, ip);
  }
}
