import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, forbidden, notFound } from '../../common/errors/panel-error.js';
import type { FormFiles } from '../../common/files/multipart-form.js';
import { Config } from '../../config/config.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { ownOrPermitted } from '../access/target-user.js';
import { GEO_LEVELS } from '../geo-block/country-levels.js';
import { GeoBlock } from '../geo-block/geo-block.service.js';
import { Identities } from '../principals/identities.js';
import type { IdVerificationResponse, SubmittedIdVerificationResponse } from './dto/id-verification.dto.js';
import { IdDocuments } from './id-documents.service.js';
import type { SealedDocument } from './id-documents.service.js';
import { ID_VERIFICATION, IdVerificationMapper } from './id-verification.mapper.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

/** Identity verifications as the person sees them. */
@Injectable()
export class IdVerifications {
  constructor(
    private readonly prisma: PrismaService,
    private readonly documents: IdDocuments,
    private readonly identities: Identities,
    private readonly geoBlock: GeoBlock,
    private readonly audit: AuditLog,
    private readonly config: Config,
    erasure: AccountErasure,
  ) {
    erasure.register('id-verifications', (tx, userId) => this.eraseFilesOf(tx, userId));
  }

  /**
   * Keeps the documents sealed and puts them before staff.
   * @throws PanelError 400 for other files, or when a verification waits or was accepted; 403 by country.
   */
  async submit(caller: UserPrincipal, files: FormFiles, ip: string): Promise<SubmittedIdVerificationResponse> {
    const { userId } = caller;
    await this.assertCountryAllowed(userId);
    const sealed = await this.documents.seal(userId, files);
    const row = await this.create(userId, sealed, ip);
    // Without addresses: the person has the files, and may not open them here.
    return { success: true, record: { ...row, idDocumentUrl: null, selfieUrl: null } };
  }

  /** @throws PanelError 403 for others without `idverification:read`, 404 when nothing was sent yet. */
  async latest(caller: UserPrincipal, reference: string): Promise<IdVerificationResponse> {
    const userId = ownOrPermitted(reference, caller, 'idverification:read');
    const row = await this.prisma.idVerification.findFirst({
      where: { userId },
      orderBy: { id: 'desc' },
      select: ID_VERIFICATION,
    });
    if (row === null) throw notFound('Not found', 'id_verification.not_found');
    return new IdVerificationMapper(this.config.panelUrl, caller).toResponse(row);
  }

  /** Removes what the account has here, as a part of its erasure. The caller publishes `user.changed`. */
  private async eraseFilesOf(tx: Queryable, userId: number): Promise<void> {
    await tx.user.updateMany({ where: { id: userId }, data: { idVerified: false } });
    await tx.idVerification.deleteMany({ where: { userId } });
  }

  private async create(userId: number, documents: readonly SealedDocument[], ipAddress: string) {
    try {
      return await this.prisma.$transaction(async (tx) => {
        // A decision about an earlier one at the same time is seen.
        const [user] = await tx.$queryRaw<{ idVerified: boolean }[]>`
          SELECT "idVerified" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
        if (user?.idVerified === true) {
          throw badRequest('Your identity is verified already', 'id_verification.already_verified');
        }
        const { documents: _none, ...row } = await tx.idVerification.create({
          data: { userId, pendingUserId: userId },
          select: ID_VERIFICATION,
        });
        await this.documents.keep(tx, row.id, documents);
        const target = { targetType: 'id-verification', targetId: row.id } as const;
        await this.audit.record({ userId, action: 'id-verification:submit', ...target, ipAddress }, tx);
        return row;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw badRequest('A verification is waiting for review already', 'id_verification.pending');
    }
  }

  private async assertCountryAllowed(userId: number): Promise<void> {
    const { profile } = await this.identities.account(userId);
    if (this.geoBlock.levelOf(profile.billingCountry) < GEO_LEVELS.noIdVerification) return;
    const text = 'ID verification is not available for your country under geo-block policy';
    throw forbidden(text, 'id_verification.country_blocked');
  }
}
