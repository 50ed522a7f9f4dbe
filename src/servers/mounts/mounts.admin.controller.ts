import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { AttachMountDto, MountResponse, ServerMountResponse, UpdateMountDto, WriteMountDto } from './dto/mount.dto.js';
import { Mounts } from './mounts.service.js';
import { ServerMounts } from './server-mounts.service.js';

const MOUNT_ID = new RowIdPipe('Mount not found');
const LINK_ID = new RowIdPipe('Mount link not found');
const MAY_ADMINISTRATE = ['admin:access', 'admin:servers:manage'];
const MAY_ATTACH = ['admin:access', 'admin.mounts.add/remove'];
const REFUSAL = 'Admin permission admin.mounts.add/remove required.';

/** Administration of mounts, and which servers see them. */
@ApiTags('Mounts (staff)')
@Controller('api/admin')
export class MountsAdminController {
  constructor(
    private readonly mounts: Mounts,
    private readonly serverMounts: ServerMounts,
  ) {}

  /** List all mounts by name */
  @Get('mounts')
  @RequirePermission(MAY_ADMINISTRATE)
  list(): Promise<MountResponse[]> {
    return this.mounts.list();
  }

  /**
   * Create a mount
   *
   * `source` is a folder of the nodes, within those that `MOUNT_SOURCES` lists; daemons refuse others as well.
   */
  @Post('mounts')
  @RequirePermission(MAY_ADMINISTRATE)
  @Idempotent()
  @ApiErrors(400)
  create(@Caller() caller: UserPrincipal, @Body() dto: WriteMountDto): Promise<MountResponse> {
    return this.mounts.create(caller.userId, dto);
  }

  /** Change a mount */
  @Put('mounts/:id')
  @RequirePermission(MAY_ADMINISTRATE)
  @ApiErrors(400, 404, 409)
  update(
    @Caller() caller: UserPrincipal,
    @Param('id', MOUNT_ID) id: number,
    @Body() dto: UpdateMountDto,
  ): Promise<MountResponse> {
    return this.mounts.update(caller.userId, id, dto);
  }

  /** Delete a mount and take it from every server */
  @Delete('mounts/:id')
  @RequirePermission(MAY_ADMINISTRATE)
  @ApiErrors(404)
  async delete(@Caller() caller: UserPrincipal, @Param('id', MOUNT_ID) id: number): Promise<SuccessResponse> {
    await this.mounts.delete(caller.userId, id);
    return SUCCESS;
  }

  /** Let a server see a mount */
  @Post('servers/:id/mounts')
  @HttpCode(201)
  @RequirePermission(MAY_ATTACH, REFUSAL)
  @ApiErrors(400, 404, 409)
  attach(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Body() { mountId }: AttachMountDto,
  ): Promise<ServerMountResponse> {
    return this.serverMounts.attach(caller.userId, id, mountId);
  }

  /** Take a mount from a server */
  @Delete('servers/:id/mounts/:mountId')
  @RequirePermission(MAY_ATTACH, REFUSAL)
  @ApiErrors(404)
  async detach(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Param('mountId', LINK_ID) mountId: number,
  ): Promise<SuccessResponse> {
    await this.serverMounts.detach(caller.userId, id, mountId);
    return SUCCESS;
  }
}
