import { Module } from '@nestjs/common';
import { RemoteActivityModule } from './activity/activity.module.js';
import { RemoteBackupsModule } from './backups/backups.module.js';
import { RemoteServersModule } from './servers/servers.module.js';
import { RemoteSftpModule } from './sftp/sftp.module.js';
import { RemoteTransfersModule } from './transfers/transfers.module.js';

/** The API that Wings daemons call: `/api/remote`. */
@Module({
  imports: [RemoteServersModule, RemoteActivityModule, RemoteBackupsModule, RemoteSftpModule, RemoteTransfersModule],
})
export class RemoteModule {}
