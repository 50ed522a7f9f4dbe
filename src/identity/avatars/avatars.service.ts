import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { digest } from '../../common/crypto/digest.js';
import { badRequest, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import type { PublicFile } from '../../common/files/file-answers.js';
import { FILE_KINDS } from '../../common/files/file-kind.js';
import { Pictures } from '../../common/files/pictures.js';
import { PublicFiles } from '../../common/files/public-files.js';
import { Config } from '../../config/config.js';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { assertMayManage } from '../access/privilege.js';
import { ownOrChangeable } from '../access/target-user.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { Identities } from '../principals/identities.js';
import { avatarOf } from './avatars.sql.js';
import type { AvatarRow } from './avatars.sql.js';
import type { UploadedAvatarResponse } from './dto/avatar.dto.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

/** Pixels; what the web client shows at most. */
const SIDE = 256;
const VERSION_LENGTH = 16;
const FILE_NAME = /^avatar_user_([1-9]\d{0,9})_([0-9a-f]{16})\.webp$/;
const MAXIMUM_ID = 2_147_483_647;

const missing = () => notFound('User not found', 'users.not_found');

/** Pictures of accounts: kept in the database, served at an address that changes with the picture. */
@Injectable()
export class Avatars {
  constructor(
    private readonly prisma: PrismaService,
    private readonly database: Database,
    private readonly identities: Identities,
    private readonly pictures: Pictures,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly config: Config,
    files: PublicFiles,
    erasure: AccountErasure,
  ) {
    erasure.register('avatars', (tx, userId) => this.eraseFilesOf(tx, userId));
    files.register({ pattern: FILE_NAME, read: ([, id, version]) => this.read(Number(id), version ?? '') });
  }

  /**
   * Replaces the picture; the old one is gone, and so is its address.
   * @throws PanelError 400 without a picture, 403, 404, 503 when too many are being made.
   */
  async upload(
    caller: UserPrincipal,
    reference: string,
    file: Uint8Array | undefined,
    ip: string,
  ): Promise<UploadedAvatarResponse> {
    const userId = await this.target(caller, reference);
    if (file === undefined || file.byteLength === 0) throw badRequest('No file', 'avatars.no_file');
    const content = await this.pictures.square(file, SIDE);
    const version = Buffer.from(digest(content)).toString('hex').slice(0, VERSION_LENGTH);
    const url = `${this.config.panelUrl}/uploads/avatar_user_${userId}_${version}.webp`;
    await this.prisma.$transaction(async (tx) => {
      await this.pointTo(tx, userId, url);
      const data = { version, content };
      await tx.avatar.upsert({
        where: { userId },
        create: { userId, ...data },
        update: data,
        select: { userId: true },
      });
      await this.record(tx, caller, userId, 'update-avatar', ip);
    });
    this.bus.publish('user.changed', { userId });
    return { success: true, url };
  }

  /** @throws PanelError 403, 404. An account without a picture is as good. */
  async remove(caller: UserPrincipal, reference: string, ip: string): Promise<SuccessResponse> {
    const userId = await this.target(caller, reference);
    await this.prisma.$transaction(async (tx) => {
      await this.eraseFilesOf(tx, userId);
      await this.record(tx, caller, userId, 'remove-avatar', ip);
    });
    this.bus.publish('user.changed', { userId });
    return SUCCESS;
  }

  /** Removes what the account has here, as a part of its erasure. The caller publishes `user.changed`. */
  private async eraseFilesOf(tx: Queryable, userId: number): Promise<void> {
    await this.pointTo(tx, userId, null);
    await tx.avatar.deleteMany({ where: { userId } });
  }

  /** First in each transaction: it locks the account, so that address and picture of parallel changes stay a pair. */
  private async pointTo(tx: Queryable, userId: number, avatarUrl: string | null): Promise<void> {
    const { count } = await tx.user.updateMany({ where: { id: userId }, data: { avatarUrl } });
    if (count === 0) throw missing();
  }

  private async target(caller: UserPrincipal, reference: string): Promise<number> {
    const userId = ownOrChangeable(reference, caller);
    const identity = await this.identities.find(userId);
    if (identity === undefined) throw missing();
    assertMayManage(caller, identity.account);
    return userId;
  }

  private record(tx: Queryable, caller: UserPrincipal, userId: number, action: string, ip: string): Promise<void> {
    return this.audit.record(
      { userId: caller.userId, action, targetType: 'user', targetId: userId, ipAddress: ip },
      tx,
    );
  }

  private async read(userId: number, version: string): Promise<PublicFile | undefined> {
    if (userId > MAXIMUM_ID) return undefined;
    const [row] = await this.database.query<AvatarRow>(avatarOf, [userId, version]);
    const { contentType } = FILE_KINDS.webp;
    return row && { content: Buffer.from(row.content, 'base64'), contentType, version };
  }
}
