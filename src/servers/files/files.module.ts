import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { FileChangesController } from './file-changes.controller.js';
import { FileChanges } from './file-changes.service.js';
import { FileGate } from './file-gate.service.js';
import { FileSlots } from './file-slots.js';
import { FileUploadsController } from './file-uploads.controller.js';
import { FileUploads } from './file-uploads.service.js';
import { FilesController } from './files.controller.js';
import { ServerFiles } from './files.service.js';

/** The files of servers, which their nodes keep. */
@Module({
  imports: [ServerAccessModule],
  controllers: [FilesController, FileUploadsController, FileChangesController],
  providers: [FileChanges, FileGate, FileSlots, FileUploads, ServerFiles],
  exports: [FileSlots, ServerFiles],
})
export class ServerFilesModule {}
