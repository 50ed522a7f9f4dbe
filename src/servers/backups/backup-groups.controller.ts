import { Body, Controller, Delete, Get, HttpCode, Injectable, Param, Post, Put } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { isUUID } from 'class-validator';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { notFound } from '../../common/errors/panel-error.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { BackupUuidPipe } from './backup-uuid.pipe.js';
import { BackupGroups } from './backup-groups.service.js';
import { BackupGroupEntry, CreateBackupGroupDto, MoveBackupDto, UpdateBackupGroupDto } from './dto/backup-group.dto.js';

/** A group's uuid in the path; what is none is the uuid of no group. */
@Injectable()
class GroupUuidPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!isUUID(value)) throw notFound('Backup group not found', 'backup_groups.not_found');
    return value.toLowerCase();
  }
}

/** Groups of a server's backups. */
@ApiTags('Backups')
@Controller('api/servers/:id')
export class BackupGroupsController {
  constructor(private readonly groups: BackupGroups) {}

  /** List the backup groups of a server */
  @Get('backup-groups')
  @ServerPermission('backups', { key: 'backups:read' })
  list(@CurrentServer() server: ServerScope): Promise<BackupGroupEntry[]> {
    return this.groups.list(server);
  }

  /** Add a backup group */
  @Post('backup-groups')
  @ServerPermission('backups', { key: 'backups:create' })
  @Idempotent()
  @ApiErrors(400, 409)
  create(@CurrentServer() server: ServerScope, @Body() dto: CreateBackupGroupDto): Promise<BackupGroupEntry> {
    return this.groups.create(server, dto);
  }

  /** Change a backup group */
  @Put('backup-groups/:group')
  @ServerPermission('backups', { key: 'backups:write' })
  @ApiErrors(400, 409)
  update(
    @CurrentServer() server: ServerScope,
    @Param('group', GroupUuidPipe) uuid: string,
    @Body() dto: UpdateBackupGroupDto,
  ): Promise<BackupGroupEntry> {
    return this.groups.update(server, uuid, dto);
  }

  /**
   * Remove a backup group
   *
   * Its backups stay.
   */
  @Delete('backup-groups/:group')
  @ServerPermission('backups', { key: 'backups:write' })
  async remove(
    @CurrentServer() server: ServerScope,
    @Param('group', GroupUuidPipe) uuid: string,
  ): Promise<SuccessResponse> {
    await this.groups.remove(server, uuid);
    return SUCCESS;
  }

  /** Put a backup into a group, or into none */
  @Post('backups/:bid/move')
  @HttpCode(200)
  @ServerPermission('backups', { key: 'backups:write' })
  @ApiErrors(400)
  async move(
    @CurrentServer() server: ServerScope,
    @Param('bid', BackupUuidPipe) uuid: string,
    @Body() { group }: MoveBackupDto,
  ): Promise<SuccessResponse> {
    await this.groups.move(server.uuid, uuid, group ?? null);
    return SUCCESS;
  }
}
