import { Module } from '@nestjs/common';
import { ServerAccess } from './server-access.service.js';

/** Who may do what with which server. */
@Module({ providers: [ServerAccess], exports: [ServerAccess] })
export class ServerAccessModule {}
