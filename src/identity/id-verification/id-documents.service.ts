import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { Sealer } from '../../common/crypto/sealer.js';
import { badRequest, notFound } from '../../common/errors/panel-error.js';
import type { PrivateFile } from '../../common/files/file-answers.js';
import { FILE_KINDS, kindOf } from '../../common/files/file-kind.js';
import type { FileKind } from '../../common/files/file-kind.js';
import type { FormFiles } from '../../common/files/multipart-form.js';
import { Prisma } from '../../generated/prisma/client.js';
import { Database } from '../../prisma/database.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { idDocumentByName } from './id-documents.sql.js';
import type { IdDocumentRow } from './id-documents.sql.js';

/** What each document may be, with the sentence for who sends something else. */
const ACCEPTED = {
  idDocument: { kinds: ['jpeg', 'png', 'webp', 'pdf'], text: 'idDocument must be a JPEG, PNG, WebP or PDF file' },
  selfie: { kinds: ['jpeg', 'png', 'webp'], text: 'selfie must be a JPEG, PNG or WebP file' },
} as const satisfies Record<string, { kinds: readonly FileKind[]; text: string }>;

type DocumentKind = keyof typeof ACCEPTED;

/** A document that is ready to be kept. */
export interface SealedDocument {
  readonly name: string;
  readonly kind: DocumentKind;
  readonly contentType: string;
  readonly sealed: Uint8Array<ArrayBuffer>;
}

/** Authenticated with the content: a document that is moved to another row does not open. */
const purposeOf = (name: string): string => `id-document:${name}`;

/** The files of verifications: sealed under a key that the database does not have, opened for staff only. */
@Injectable()
export class IdDocuments {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Checks what somebody sent and seals it.
   * @throws PanelError 400 when a file is missing, empty or of another kind.
   */
  async seal(userId: number, { idDocument, selfie }: FormFiles): Promise<SealedDocument[]> {
    if (idDocument === undefined || selfie === undefined) {
      throw badRequest('Both ID Document and selfie files are required', 'id_verification.files_required');
    }
    const files = { idDocument, selfie };
    // Both are looked at before the first is sealed.
    const types = { idDocument: typeOf('idDocument', idDocument), selfie: typeOf('selfie', selfie) };
    const sealed: SealedDocument[] = [];
    for (const kind of ['idDocument', 'selfie'] as const) {
      const { contentType, extension } = types[kind];
      const name = `${userId}-${kind}-${randomUUID()}.${extension}`;
      sealed.push({ name, kind, contentType, sealed: await this.sealer.sealBytes(files[kind], purposeOf(name)) });
    }
    return sealed;
  }

  /** As base64 in one statement: bytes would go to the embedded database many times slower. */
  async keep(tx: Queryable, verificationId: number, documents: readonly SealedDocument[]): Promise<void> {
    const rows = documents.map(({ name, kind, contentType, sealed }) => {
      const content = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).toString('base64');
      return Prisma.sql`(${name}, ${verificationId}, ${kind}::"IdDocumentKind", ${contentType}, decode(${content}, 'base64'))`;
    });
    await tx.$executeRaw`
      INSERT INTO "IdDocument" ("name", "verificationId", "kind", "contentType", "sealed") VALUES ${Prisma.join(rows)}`;
  }

  /**
   * Opens a document for staff; the look is logged before anything is shown.
   * @throws PanelError 404.
   */
  async open(caller: UserPrincipal, name: string, ip: string): Promise<PrivateFile> {
    const [document] = await this.database.query<IdDocumentRow>(idDocumentByName, [name]);
    if (document === undefined) throw notFound('not found', 'uploads.not_found');
    const { contentType, sealed, verificationId, userId } = document;
    const content = await this.sealer.openBytes(Buffer.from(sealed, 'base64'), purposeOf(name));
    await this.audit.record({
      userId: caller.userId,
      action: 'id-document:open',
      targetType: 'user',
      targetId: userId,
      metadata: { verificationId, file: name },
      ipAddress: ip,
    });
    return { content, contentType, filename: name };
  }
}

function typeOf(field: DocumentKind, content: Uint8Array) {
  if (content.byteLength === 0) throw badRequest(`${field} must not be empty`, 'id_verification.empty_file');
  const kind = kindOf(content);
  const { kinds, text } = ACCEPTED[field];
  if (kind === undefined || !kinds.some((accepted) => accepted === kind)) {
    throw badRequest(text, 'id_verification.file_type');
  }
  return FILE_KINDS[kind];
}
