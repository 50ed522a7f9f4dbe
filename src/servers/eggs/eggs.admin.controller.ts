import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { ListSearchDto } from '../../common/paging/list-search.dto.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { EggDetail, EggSyncResult } from './dto/egg.dto.js';
import { ImportEggDto, SyncEggDto, UpdateEggDto, WriteEggDto } from './dto/egg-input.dto.js';
import { EggExport } from './dto/egg-export.dto.js';
import { EggSync } from './egg-sync.service.js';
import { Eggs } from './eggs.service.js';

const EGG_ID = new RowIdPipe('Egg not found');
const REFUSAL = 'Egg administration required.';

/** Administration of eggs. */
@ApiTags('Eggs (staff)')
@Controller('api/admin/eggs')
export class EggsAdminController {
  constructor(
    private readonly eggs: Eggs,
    private readonly eggSync: EggSync,
  ) {}

  /** List eggs by name; all of them unless the query says which part */
  @Get()
  @RequirePermission('eggs:read', REFUSAL)
  @ApiErrors(400)
  list(@Query() query: ListSearchDto): Promise<EggDetail[]> {
    return this.eggs.listAll(query);
  }

  /** Create an egg */
  @Post()
  @RequirePermission('eggs:write', REFUSAL)
  @Idempotent()
  @ApiErrors(400)
  create(@Caller() caller: UserPrincipal, @Body() dto: WriteEggDto): Promise<EggDetail> {
    return this.eggs.create(caller.userId, dto);
  }

  /**
   * Import an egg
   *
   * Exports of Pterodactyl (PTDL_v1, PTDL_v2) and Pelican (PLCN_v1), as JSON or from a public address.
   */
  @Post('import')
  @RequirePermission('eggs:write', REFUSAL)
  @Idempotent()
  @ApiErrors(400)
  import(@Caller() caller: UserPrincipal, @Body() dto: ImportEggDto): Promise<EggDetail> {
    return this.eggs.import(caller.userId, dto);
  }

  /** Get an egg with its scripts */
  @Get(':id')
  @RequirePermission('eggs:read', REFUSAL)
  @ApiErrors(404)
  get(@Param('id', EGG_ID) id: number): Promise<EggDetail> {
    return this.eggs.detail(id);
  }

  /** Change an egg */
  @Put(':id')
  @RequirePermission('eggs:write', REFUSAL)
  @ApiErrors(400, 404)
  update(
    @Caller() caller: UserPrincipal,
    @Param('id', EGG_ID) id: number,
    @Body() dto: UpdateEggDto,
  ): Promise<EggDetail> {
    return this.eggs.update(caller.userId, id, dto);
  }

  /** Delete all eggs, while no server exists */
  @Delete()
  @RequirePermission('eggs:write', REFUSAL)
  @ApiErrors(409)
  async deleteAll(@Caller() caller: UserPrincipal): Promise<SuccessResponse> {
    await this.eggs.deleteAll(caller);
    return SUCCESS;
  }

  /** Delete an egg that no server uses */
  @Delete(':id')
  @RequirePermission('eggs:write', REFUSAL)
  @ApiErrors(404, 409)
  async delete(@Caller() caller: UserPrincipal, @Param('id', EGG_ID) id: number): Promise<SuccessResponse> {
    await this.eggs.delete(caller.userId, id);
    return SUCCESS;
  }

  /** Take an egg to its servers now */
  @Post(':id/sync')
  @HttpCode(200)
  @RequirePermission('eggs:write', REFUSAL)
  @ApiErrors(400, 404)
  sync(@Param('id', EGG_ID) id: number, @Body() dto: SyncEggDto): Promise<EggSyncResult> {
    return this.eggSync.run(id, dto.respectOptOut === true);
  }

  /** Export an egg in the format PTDL_v2 */
  @Get(':id/export')
  @RequirePermission('eggs:read', REFUSAL)
  @ApiErrors(404)
  export(@Param('id', EGG_ID) id: number): Promise<EggExport> {
    return this.eggs.export(id);
  }
}
