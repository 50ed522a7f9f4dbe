import { Module } from '@nestjs/common';
import { RemoteActivityModule } from './activity/activity.module.js';
import { RemoteBackupsModule } from './backups/backups.module.js';
import { RemoteSchedulesModule } from './schedules/schedules.module.js';
import { RemoteServersModule } from './servers/servers.module.js';
import { RemoteSftpModule } from './sftp/sftp.module.js';
import { RemoteStartupModule } from './startup/startup.module.js';
import { RemoteTransfersModule } from './transfers/transfers.module.js';

/** The API that Wings daemons call: `/api/remote`. */
@Module({
  imports: [
    RemoteServersModule,
    RemoteActivityModule,
    RemoteBackupsModule,
    RemoteSchedulesModule,
    RemoteSftpModule,
    RemoteStartupModule,
    RemoteTransfersModule,
  ],
})
export class RemoteModule {}
