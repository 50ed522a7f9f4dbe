import { Injectable } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import { notFound } from '../../common/errors/panel-error.js';

const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;

/** A server's uuid in the path, with dashes or without; what is none is the uuid of no server. */
@Injectable()
export class ServerUuidPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    const parts = UUID.exec(value)?.slice(1);
    if (parts === undefined) throw notFound('Server not found', 'servers.not_found');
    return parts.join('-').toLowerCase();
  }
}
