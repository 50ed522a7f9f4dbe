import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { AddSshKeyDto, RenamedSshKeyResponse, RenameSshKeyDto, SshKeyResponse } from './dto/ssh-keys.dto.js';
import { SshKeys } from './ssh-keys.service.js';

const KEY_ID = new RowIdPipe('SSH key not found');

@ApiTags('SSH keys')
@SessionOnly()
@Controller('api/ssh-keys')
export class SshKeysController {
  constructor(private readonly keys: SshKeys) {}

  /** List one's own SSH keys, oldest first */
  @Get()
  list(@Caller() caller: UserPrincipal): Promise<SshKeyResponse[]> {
    return this.keys.list(caller);
  }

  /**
   * Add an SSH key
   *
   * For SFTP to one's servers. At most 25 keys per account.
   */
  @Post()
  @Idempotent()
  @ApiErrors(400)
  add(@Caller() caller: UserPrincipal, @Body() body: AddSshKeyDto): Promise<SshKeyResponse> {
    return this.keys.add(caller, body);
  }

  /** Rename an SSH key */
  @Put(':id')
  @ApiErrors(400, 404)
  rename(
    @Caller() caller: UserPrincipal,
    @Param('id', KEY_ID) id: number,
    @Body() body: RenameSshKeyDto,
  ): Promise<RenamedSshKeyResponse> {
    return this.keys.rename(caller, id, body.name);
  }

  /** Delete an SSH key */
  @Delete(':id')
  @ApiErrors(404)
  delete(@Caller() caller: UserPrincipal, @Param('id', KEY_ID) id: number): Promise<SuccessResponse> {
    return this.keys.delete(caller, id);
  }
}
