import { Module } from '@nestjs/common';
import { RemoteActivityModule } from './activity/activity.module.js';

/** The API that Wings daemons call: `/api/remote`. */
@Module({ imports: [RemoteActivityModule] })
export class RemoteModule {}
