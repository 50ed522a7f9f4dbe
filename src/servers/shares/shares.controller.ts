import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientAddress } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { CreateShareDto, FileShare } from './dto/shares.dto.js';
import { FileShares } from './shares.service.js';

/** Links to files of a server. */
@ApiTags('Files')
@Controller('api/servers/:id/files/shares')
export class FileSharesController {
  constructor(private readonly shares: FileShares) {}

  /** List the links to files of a server, newest first */
  @Get()
  @ServerPermission('shares', { key: 'files:read' })
  list(@CurrentServer() server: ServerScope): Promise<FileShare[]> {
    return this.shares.list(server);
  }

  /** Make a link by which anybody may fetch a file */
  @Post()
  @HttpCode(200)
  @ServerPermission('shares', { key: 'files:write' })
  @Idempotent()
  @ApiErrors(400, 409, 502, 504)
  create(
    @CurrentServer() server: ServerScope,
    @Body() dto: CreateShareDto,
    @ClientAddress() address: string,
  ): Promise<FileShare> {
    return this.shares.create(server, dto, address);
  }

  /** Delete a link */
  @Delete(':shareId')
  @ServerPermission('shares', { key: 'files:write' })
  async remove(
    @CurrentServer() server: ServerScope,
    @Param('shareId') id: string,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.shares.remove(server, id, address);
    return SUCCESS;
  }
}
