import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { Sealer } from '../../common/crypto/sealer.js';
import { badRequest, conflict, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import type { PrivateFile } from '../../common/files/file-answers.js';
import { FILE_KINDS, kindOf } from '../../common/files/file-kind.js';
import { Config } from '../../config/config.js';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { ownOrPermitted, targetUserId } from '../access/target-user.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import type {
  UploadedUserDocumentResponse,
  UserDocumentFieldsDto,
  UserDocumentResponse,
  UserDocumentsResponse,
} from './dto/user-documents.dto.js';
import { userDocumentByName } from './user-documents.sql.js';
import type { UserDocumentRow } from './user-documents.sql.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

const MAXIMUM_DOCUMENTS = 30;
/** The browser of the person, for as long as a page with a preview is open. */
const BROWSER_SECONDS = 300;
const PERMISSION = 'admin:users:documents';
const DOCUMENT = { id: true, name: true, description: true, filename: true, createdAt: true } as const;

const missingUser = () => notFound('User not found', 'users.not_found');
/** Authenticated with the content: a document that is moved to another row does not open. */
const purposeOf = (id: string): string => `user-document:${id}`;

interface StoredDocument {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly filename: string;
  readonly createdAt: Date;
}

/** PDFs that staff keeps about accounts and shows to their owners; sealed in the database. */
@Injectable()
export class UserDocuments {
  constructor(
    private readonly prisma: PrismaService,
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly config: Config,
    erasure: AccountErasure,
  ) {
    erasure.register('user-documents', (tx, userId) => this.eraseFilesOf(tx, userId));
  }

  /** @throws PanelError 404 for an unknown account. */
  async list(caller: UserPrincipal, reference: string): Promise<UserDocumentsResponse> {
    const userId = targetUserId(reference, caller);
    const user = await this.prisma.user.findUnique({
      where: { id: userId },
      select: { settings: true, documents: { select: DOCUMENT, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] } },
    });
    if (user === null) throw missingUser();
    const admin = user.documents.map((document) => this.toResponse(userId, document));
    return { documents: { admin, agreed: agreedIn(user.settings) } };
  }

  /** @throws PanelError 400 without a PDF, 404 for an unknown account, 409 for one with too many documents. */
  async upload(
    caller: UserPrincipal,
    reference: string,
    file: Uint8Array | undefined,
    fields: UserDocumentFieldsDto,
    ip: string,
  ): Promise<UploadedUserDocumentResponse> {
    const userId = targetUserId(reference, caller);
    if (file === undefined || file.byteLength === 0) throw badRequest('No file', 'user_documents.no_file');
    if (kindOf(file) !== 'pdf') throw badRequest('The file must be a PDF', 'user_documents.not_pdf');
    const id = randomUUID();
    const sealed = await this.sealer.sealBytes(file, purposeOf(id));
    const document = this.describe(id, fields);
    await this.prisma.$transaction(async (tx) => {
      await this.lock(tx, userId);
      if ((await tx.userDocument.count({ where: { userId } })) >= MAXIMUM_DOCUMENTS) {
        throw conflict(`At most ${MAXIMUM_DOCUMENTS} documents of an account`, 'user_documents.too_many');
      }
      await insert(tx, userId, document, sealed);
      await this.show(tx, userId);
      await this.record(tx, caller, userId, 'user-document:upload', document.filename, ip);
    });
    this.bus.publish('user.changed', { userId });
    return { success: true, document: this.toResponse(userId, document) };
  }

  /** @throws PanelError 404. */
  async delete(caller: UserPrincipal, reference: string, id: string, ip: string): Promise<SuccessResponse> {
    const userId = targetUserId(reference, caller);
    await this.prisma.$transaction(async (tx) => {
      await this.lock(tx, userId);
      const { count } = await tx.userDocument.deleteMany({ where: { id, userId } });
      if (count === 0) throw notFound('Not found', 'user_documents.not_found');
      await this.show(tx, userId);
      await this.record(tx, caller, userId, 'user-document:delete', id, ip);
    });
    this.bus.publish('user.changed', { userId });
    return SUCCESS;
  }

  /**
   * Opens a document for its owner or staff; looks of staff are logged.
   * @throws PanelError 403, 404.
   */
  async open(caller: UserPrincipal, owner: string, filename: string, ip: string): Promise<PrivateFile> {
    const userId = ownOrPermitted(owner, caller, PERMISSION);
    const [row] = await this.database.query<UserDocumentRow>(userDocumentByName, [userId, filename]);
    if (row === undefined) throw notFound('not found', 'uploads.not_found');
    const content = await this.sealer.openBytes(Buffer.from(row.sealed, 'base64'), purposeOf(row.id));
    if (caller.userId !== userId) {
      await this.record(this.prisma, caller, userId, 'user-document:open', filename, ip);
    }
    return { content, contentType: FILE_KINDS.pdf.contentType, filename, maximumAgeSeconds: BROWSER_SECONDS };
  }

  /** Removes what the account has here, as a part of its erasure. The caller publishes `user.changed`. */
  private async eraseFilesOf(tx: Queryable, userId: number): Promise<void> {
    await tx.userDocument.deleteMany({ where: { userId } });
    await tx.$executeRaw`
      UPDATE "User" SET "settings" = "settings" - 'documents', "updatedAt" = now() WHERE "id" = ${userId}`;
  }

  private describe(id: string, { name = '', description }: UserDocumentFieldsDto): StoredDocument {
    const createdAt = new Date();
    const shown = name.trim() || 'Document';
    const safe = shown.replace(/[^A-Za-z0-9]+/g, '_').slice(0, 64);
    // With a part of the id: two documents of one name in one millisecond.
    const filename = `document_${createdAt.getTime()}_${safe}_${id.slice(0, 8)}.${FILE_KINDS.pdf.extension}`;
    return { id, name: shown, description: description?.trim() || null, filename, createdAt };
  }

  private toResponse(userId: number, { createdAt, ...document }: StoredDocument): UserDocumentResponse {
    const url = `${this.config.panelUrl}/uploads/user-documents/${userId}/${document.filename}`;
    return { ...document, url, uploadedAt: createdAt };
  }

  /** Changes of one account's documents take turns. */
  private async lock(tx: Queryable, userId: number): Promise<void> {
    const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
    if (rows.length === 0) throw missingUser();
  }

  /** The web client shows owners their documents from `settings.documents.admin`: it is made from the table each time. */
  private async show(tx: Queryable, userId: number): Promise<void> {
    const rows = await tx.userDocument.findMany({
      where: { userId },
      select: DOCUMENT,
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    const { settings } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { settings: true } });
    const documents = { admin: rows.map((row) => this.toResponse(userId, row)), agreed: agreedIn(settings) };
    await tx.$executeRaw`
      UPDATE "User" SET "updatedAt" = now(),
        "settings" = jsonb_set("settings", '{documents}', ${JSON.stringify(documents)}::jsonb)
      WHERE "id" = ${userId}`;
  }

  private record(
    tx: Queryable,
    caller: UserPrincipal,
    userId: number,
    action: string,
    file: string,
    ipAddress: string,
  ): Promise<void> {
    const target = { targetType: 'user', targetId: userId } as const;
    return this.audit.record({ userId: caller.userId, action, ...target, metadata: { file }, ipAddress }, tx);
  }
}

/** As base64: bytes would go to the embedded database many times slower. */
async function insert(
  tx: Queryable,
  userId: number,
  { id, name, description, filename, createdAt }: StoredDocument,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const content = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).toString('base64');
  await tx.$executeRaw`
    INSERT INTO "UserDocument" ("id", "userId", "name", "description", "filename", "sealed", "createdAt")
    VALUES (${id}::uuid, ${userId}, ${name}, ${description}, ${filename}, decode(${content}, 'base64'), ${createdAt})`;
}

/** What the person agreed to; accounts of older panels have a bare list of staff's documents there. */
function agreedIn(settings: unknown): Record<string, unknown>[] {
  const { documents } = (settings ?? {}) as { documents?: { agreed?: unknown } | null };
  const entries: unknown[] = Array.isArray(documents?.agreed) ? documents.agreed : [];
  return entries.filter((entry): entry is Record<string, unknown> => typeof entry === 'object' && entry !== null);
}
