import { Module } from '@nestjs/common';
import { UserDocumentsAdminController } from './user-documents.admin.controller.js';
import { UserDocumentsController } from './user-documents.controller.js';
import { UserDocuments } from './user-documents.service.js';

@Module({
  controllers: [UserDocumentsAdminController, UserDocumentsController],
  providers: [UserDocuments],
  exports: [UserDocuments],
})
export class UserDocumentsModule {}
