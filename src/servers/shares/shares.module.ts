import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerFilesModule } from '../files/files.module.js';
import { SharedFilesController } from './shared-files.controller.js';
import { SharedFiles } from './shared-files.service.js';
import { FileSharesController } from './shares.controller.js';
import { FileShares } from './shares.service.js';

/** Links by which anybody may fetch a file of a server. */
@Module({
  imports: [ServerAccessModule, ServerFilesModule],
  controllers: [FileSharesController, SharedFilesController],
  providers: [FileShares, SharedFiles],
})
export class FileSharesModule {}
