import type { PipeTransform } from '@nestjs/common';
import { notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** There is no such export, or it is somebody else's. */
export const exportNotFound = (): PanelError => notFound('Export job not found', 'exports.not_found');

/** The uuid of an export in the path; what is none is the uuid of no export. */
export class ExportIdPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!UUID.test(value)) throw exportNotFound();
    return value.toLowerCase();
  }
}
