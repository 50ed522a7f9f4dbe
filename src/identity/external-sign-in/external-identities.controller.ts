import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { ExternalIdentityResponse } from './dto/external-sign-in.dto.js';
import { ExternalIdentities } from './external-identities.service.js';

const IDENTITY_ID = new RowIdPipe('Linked account not found');

@ApiTags('External sign-in')
@SessionOnly()
@Controller('api/users/me/identities')
export class ExternalIdentitiesController {
  constructor(private readonly identities: ExternalIdentities) {}

  /** List the accounts of providers that are linked to one's own */
  @Get()
  list(@Caller() caller: UserPrincipal): Promise<ExternalIdentityResponse[]> {
    return this.identities.list(caller);
  }

  /**
   * Unlink an account of a provider
   *
   * Not the last way to sign in: 409.
   */
  @Delete(':id')
  @ApiErrors(404, 409)
  unlink(
    @Caller() caller: UserPrincipal,
    @Param('id', IDENTITY_ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.identities.unlink(caller, id, ip);
  }
}
