import { Module } from '@nestjs/common';
import { ServersModule } from '../../servers/servers.module.js';
import { DistinctCounters } from './distinct-counters.js';
import { LoginAttempts } from './login-attempts.js';
import { RemoteSftpController } from './sftp.controller.js';
import { SftpLogins } from './sftp.service.js';

@Module({
  imports: [ServersModule],
  controllers: [RemoteSftpController],
  providers: [SftpLogins, LoginAttempts, DistinctCounters],
})
export class RemoteSftpModule {}
