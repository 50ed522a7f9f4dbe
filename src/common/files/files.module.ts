import { Global, Module } from '@nestjs/common';
import { Pictures } from './pictures.js';
import { PublicFilesController } from './public-files.controller.js';
import { PublicFiles } from './public-files.js';

/** Files that people upload: reading forms, pictures, and serving them safely. */
@Global()
@Module({ controllers: [PublicFilesController], providers: [Pictures, PublicFiles], exports: [Pictures, PublicFiles] })
export class FilesModule {}
