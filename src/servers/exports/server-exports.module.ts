import { Module } from '@nestjs/common';
import { ServerExportSources } from './server-export-sources.js';

/** What the servers add to a data export. */
@Module({ providers: [ServerExportSources] })
export class ServerExportsModule {}
