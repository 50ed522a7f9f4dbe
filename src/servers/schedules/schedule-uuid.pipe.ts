import { Injectable } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';

export const scheduleNotFound = (): PanelError => notFound('Schedule not found', 'schedules.not_found');

/** A schedule's uuid in the path; what is none is the uuid of no schedule. */
@Injectable()
export class ScheduleUuidPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!isUUID(value)) throw scheduleNotFound();
    return value.toLowerCase();
  }
}
