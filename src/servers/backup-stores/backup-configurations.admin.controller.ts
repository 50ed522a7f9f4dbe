import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { BackupConfigurations } from './backup-configurations.service.js';
import {
  AssignBackupConfigurationDto,
  BackupConfigurationResponse,
  CreateBackupConfigurationDto,
  UpdateBackupConfigurationDto,
} from './dto/backup-configuration.dto.js';

const CONFIGURATION = new RowIdPipe('Backup configuration not found');
const REFUSAL = 'Backup administration required.';

@ApiTags('Backups')
@Controller('api/admin/backup-configurations')
export class BackupConfigurationsAdminController {
  constructor(private readonly configurations: BackupConfigurations) {}

  /** List where backups can be kept */
  @RequirePermission('wings:backups', REFUSAL)
  @Get()
  list(): Promise<BackupConfigurationResponse[]> {
    return this.configurations.list();
  }

  /** Show a backup configuration */
  @RequirePermission('wings:backups', REFUSAL)
  @Get(':id')
  @ApiErrors(404)
  one(@Param('id', CONFIGURATION) id: number): Promise<BackupConfigurationResponse> {
    return this.configurations.one(id);
  }

  /**
   * Add a backup configuration
   *
   * An object store, a repository of restic, Proxmox Backup Server or Kopia, or a kind of archive on the node.
   */
  @RequirePermission('wings:backups', REFUSAL)
  @Post()
  @Idempotent()
  @ApiErrors(400, 409)
  create(
    @Body() body: CreateBackupConfigurationDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<BackupConfigurationResponse> {
    return this.configurations.create(body, { userId: caller.userId, ip });
  }

  /**
   * Choose where backups go
   *
   * For a server, or for all of a node or location that have no choice of their own: the nearest one counts. Backups that
   * exist stay where they are.
   */
  @RequirePermission('wings:backups', REFUSAL)
  @Put('assignment')
  @ApiBody({ type: AssignBackupConfigurationDto, examples: { node: { value: { configurationId: 1, nodeId: 1 } } } })
  @ApiErrors(400, 404)
  async assign(
    @Body() body: AssignBackupConfigurationDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    await this.configurations.assign(body, { userId: caller.userId, ip });
    return SUCCESS;
  }

  /** Change a backup configuration */
  @RequirePermission('wings:backups', REFUSAL)
  @Put(':id')
  @ApiErrors(400, 404, 409)
  update(
    @Param('id', CONFIGURATION) id: number,
    @Body() body: UpdateBackupConfigurationDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<BackupConfigurationResponse> {
    return this.configurations.update(id, body, { userId: caller.userId, ip });
  }

  /** Remove a backup configuration that nothing uses */
  @RequirePermission('wings:backups', REFUSAL)
  @Delete(':id')
  @ApiErrors(404, 409)
  async remove(
    @Param('id', CONFIGURATION) id: number,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    await this.configurations.remove(id, { userId: caller.userId, ip });
    return SUCCESS;
  }
}
