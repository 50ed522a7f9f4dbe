import { Module } from '@nestjs/common';
import { GeoBlockModule } from '../geo-block/geo-block.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { IdDocumentRetention } from './id-document-retention.js';
import { IdDocumentsController } from './id-documents.controller.js';
import { IdDocuments } from './id-documents.service.js';
import { IdVerificationReview } from './id-verification-review.service.js';
import { IdVerificationController } from './id-verification.controller.js';
import { IdVerificationsAdminController } from './id-verifications.admin.controller.js';
import { IdVerifications } from './id-verifications.service.js';

@Module({
  imports: [GeoBlockModule, PrincipalsModule],
  controllers: [IdVerificationController, IdVerificationsAdminController, IdDocumentsController],
  providers: [IdDocumentRetention, IdDocuments, IdVerificationReview, IdVerifications],
  exports: [IdVerifications],
})
export class IdVerificationModule {}
