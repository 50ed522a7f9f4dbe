import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access/decorators.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { AuditVerification } from './audit-verification.service.js';
import { AuditVerificationResponse } from './dto/audit-verification.dto.js';

@ApiTags('Activity log')
@Controller('api/admin/audit')
@RequirePermission(['admin:access', 'logs:read'])
export class AuditChainAdminController {
  constructor(private readonly verification: AuditVerification) {}

  /**
   * Verify that no entry of the activity log was changed or removed
   *
   * Entries are chained within about a minute; what is not chained yet is not part of the answer.
   */
  @Get('verify')
  @RateLimited('auditReads')
  verify(): Promise<AuditVerificationResponse> {
    return this.verification.verify();
  }
}
