import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { BackupDownloads } from './backup-downloads.service.js';
import { BackupRemovals } from './backup-removals.service.js';
import { BackupRestores } from './backup-restores.service.js';
import { BackupUuidPipe } from './backup-uuid.pipe.js';
import { Backups } from './backups.service.js';
import {
  BackupDownload,
  BackupEntry,
  CreateBackupDto,
  CreatedBackup,
  DeleteBackupDto,
  DeleteBackupQuery,
  LockBackupDto,
  LockedBackup,
  RenameBackupDto,
  RenamedBackup,
  RestoreBackupDto,
} from './dto/backup.dto.js';

/** Archives of a server's files, which its node makes and keeps. */
@ApiTags('Backups')
@Controller('api/servers/:id/backups')
export class BackupsController {
  constructor(
    private readonly backups: Backups,
    private readonly restores: BackupRestores,
    private readonly removals: BackupRemovals,
    private readonly downloads: BackupDownloads,
  ) {}

  /** List the backups of a server, newest first */
  @Get()
  @ServerPermission('backups', { key: 'backups:read' })
  list(@CurrentServer() server: ServerScope): Promise<BackupEntry[]> {
    return this.backups.list(server);
  }

  /**
   * Back up a server
   *
   * Answered when the node has begun. 429 when the owner has as many backups as he may.
   */
  @Post()
  @HttpCode(200)
  @ServerPermission('backups', { key: 'backups:create' })
  @Idempotent()
  @ApiErrors(400, 409, 429, 502, 504)
  create(
    @CurrentServer() server: ServerScope,
    @Body() dto: CreateBackupDto,
    @ClientAddress() address: string,
  ): Promise<CreatedBackup> {
    return this.backups.create(server, dto, address);
  }

  /**
   * Put a backup back
   *
   * The server must be stopped; it stays locked until the node reports the end.
   */
  @Post(':bid/restore')
  @HttpCode(200)
  @ServerPermission('backups', { key: 'backups:write' })
  @ApiErrors(400, 409, 502, 504)
  async restore(
    @CurrentServer() server: ServerScope,
    @Param('bid', BackupUuidPipe) uuid: string,
    @Body() { truncate_directory: truncateDirectory = false }: RestoreBackupDto,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.restores.begin(server, uuid, { truncateDirectory, ipAddress: address });
    return SUCCESS;
  }

  /** Get where to download a backup */
  @Get(':bid/download')
  @ServerPermission('backups', { key: 'backups:read' })
  @ApiErrors(409, 502)
  download(
    @Caller() caller: UserPrincipal,
    @CurrentServer() server: ServerScope,
    @Param('bid', BackupUuidPipe) uuid: string,
  ): Promise<BackupDownload> {
    return this.downloads.prepare(caller, server, uuid);
  }

  /**
   * Delete a backup
   *
   * A node that is away deletes it when it is back. A locked one only with `force`.
   */
  @Delete(':bid')
  @ServerPermission('backups', { key: 'backups:write' })
  @ApiErrors(400, 409)
  async remove(
    @CurrentServer() server: ServerScope,
    @Param('bid', BackupUuidPipe) uuid: string,
    @Query() query: DeleteBackupQuery,
    @Body() body: DeleteBackupDto,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    const force = body.force === true || query.force === '1' || query.force === 'true';
    await this.removals.remove(server, uuid, { force, ipAddress: address });
    return SUCCESS;
  }

  /** Keep a backup, or no longer */
  @Post(':bid/lock')
  @HttpCode(200)
  @ServerPermission('backups', { key: 'backups:write' })
  @ApiErrors(400)
  lock(
    @CurrentServer() server: ServerScope,
    @Param('bid', BackupUuidPipe) uuid: string,
    @Body() { lock }: LockBackupDto,
  ): Promise<LockedBackup> {
    return this.backups.lock(server, uuid, lock);
  }

  /** Rename a backup */
  @Post(':bid/rename')
  @HttpCode(200)
  @ServerPermission('backups', { key: 'backups:write' })
  @ApiErrors(400)
  rename(
    @CurrentServer() server: ServerScope,
    @Param('bid', BackupUuidPipe) uuid: string,
    @Body() { name }: RenameBackupDto,
  ): Promise<RenamedBackup> {
    return this.backups.rename(server, uuid, name);
  }
}
