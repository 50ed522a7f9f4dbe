import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { EggSummary } from './dto/egg.dto.js';
import { Eggs } from './eggs.service.js';

/** Kinds of game servers that can be created. */
@ApiTags('Eggs')
@Authenticated()
@Controller('api/eggs')
export class EggsController {
  constructor(private readonly eggs: Eggs) {}

  /** List eggs by name */
  @Get()
  list(@Caller() caller: UserPrincipal): Promise<EggSummary[]> {
    return this.eggs.list(caller);
  }

  /** Get an egg */
  @Get(':id')
  @ApiErrors(404)
  get(@Caller() caller: UserPrincipal, @Param('id', new RowIdPipe('Egg not found')) id: number): Promise<EggSummary> {
    return this.eggs.get(caller, id);
  }
}
