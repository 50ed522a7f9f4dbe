import { Controller, Get } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Authenticated, Caller } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { RolloutStateResponse } from './dto/rollouts.dto.js';
import { Rollouts } from './rollouts.service.js';

@ApiTags('Rollouts')
@Controller('api/rollouts')
export class RolloutsController {
  constructor(private readonly rollouts: Rollouts) {}

  /** Tell which rollouts one is in, by key */
  @Authenticated()
  @Get()
  @ApiExtraModels(RolloutStateResponse)
  @ApiOkResponse({
    schema: { type: 'object', additionalProperties: { $ref: getSchemaPath(RolloutStateResponse) } },
  })
  states(@Caller() { userId }: UserPrincipal): Promise<Record<string, RolloutStateResponse>> {
    return this.rollouts.statesOf(userId);
  }
}
