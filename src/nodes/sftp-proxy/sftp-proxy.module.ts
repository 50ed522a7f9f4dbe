import { Module } from '@nestjs/common';
import { WingsModule } from '../wings/wings.module.js';
import { SftpProxies } from './sftp-proxies.service.js';

/** Ports of the panel that lead to the SFTP ports of nodes. */
@Module({ imports: [WingsModule], providers: [SftpProxies] })
export class SftpProxyModule {}
