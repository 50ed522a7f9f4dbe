import { Module } from '@nestjs/common';
import { ServerInstallation } from './server-installation.service.js';

@Module({ providers: [ServerInstallation], exports: [ServerInstallation] })
export class ServerInstallationModule {}
