import { Module } from '@nestjs/common';
import { AuditChainAdminController } from './audit-chain.admin.controller.js';
import { AuditChain } from './audit-chain.service.js';
import { AuditVerification } from './audit-verification.service.js';

@Module({
  controllers: [AuditChainAdminController],
  providers: [AuditChain, AuditVerification],
  exports: [AuditVerification],
})
export class AuditChainModule {}
