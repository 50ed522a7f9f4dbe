import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { NODE_ADMINISTRATION } from '../directory/node-routes.js';
import {
  CreateLocationDto,
  LocationRemovedResponse,
  LocationResponse,
  UpdateLocationDto,
} from './dto/locations.dto.js';
import { Locations } from './locations.service.js';

const LOCATION = new RowIdPipe('Location not found');

@ApiTags('Nodes')
@Controller('api/admin/locations')
export class LocationsAdminController {
  constructor(private readonly locations: Locations) {}

  /** List the locations of nodes */
  @RequirePermission('nodes:read', NODE_ADMINISTRATION)
  @Get()
  list(): Promise<LocationResponse[]> {
    return this.locations.list();
  }

  /** Show a location */
  @RequirePermission('nodes:read', NODE_ADMINISTRATION)
  @Get(':id')
  @ApiErrors(404)
  one(@Param('id', LOCATION) id: number): Promise<LocationResponse> {
    return this.locations.one(id);
  }

  /** Add a location */
  @RequirePermission('nodes:*', NODE_ADMINISTRATION)
  @Post()
  @Idempotent()
  @ApiErrors(400, 409)
  create(
    @Body() body: CreateLocationDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<LocationResponse> {
    return this.locations.create(body, { userId: caller.userId, ip });
  }

  /** Change a location */
  @RequirePermission('nodes:*', NODE_ADMINISTRATION)
  @Put(':id')
  @ApiErrors(400, 404, 409)
  update(
    @Param('id', LOCATION) id: number,
    @Body() body: UpdateLocationDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<LocationResponse> {
    return this.locations.update(id, body, { userId: caller.userId, ip });
  }

  /** Remove a location where no node stands */
  @RequirePermission('nodes:*', NODE_ADMINISTRATION)
  @Delete(':id')
  @HttpCode(200)
  @ApiErrors(404, 409)
  async remove(
    @Param('id', LOCATION) id: number,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<LocationRemovedResponse> {
    await this.locations.remove(id, { userId: caller.userId, ip });
    return { success: true };
  }
}
