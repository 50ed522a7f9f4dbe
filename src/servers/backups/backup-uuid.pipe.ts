import { Injectable } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';

export const backupNotFound = (): PanelError => notFound('Backup not found', 'backups.not_found');

/** A backup's uuid in the path; what is none is the uuid of no backup. */
@Injectable()
export class BackupUuidPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!isUUID(value)) throw backupNotFound();
    return value.toLowerCase();
  }
}
