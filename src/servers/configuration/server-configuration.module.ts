import { Module } from '@nestjs/common';
import { ServerConfiguration } from './server-configuration.service.js';

/** What daemons are told about their servers. */
@Module({ providers: [ServerConfiguration], exports: [ServerConfiguration] })
export class ServerConfigurationModule {}
