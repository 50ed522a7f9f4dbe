import { createAdmin, openSession } from './factories.js';
import type { TestUser } from './factories.js';
import { formOf } from './forms.js';
import type { TestPanel } from './panel.js';

const PDF = Buffer.from('%PDF-1.7\n%%EOF');
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export interface TestPersonFiles {
  readonly verificationId: number;
  /** Last part of the address of the identity document. */
  readonly idDocument: string;
  /** Id and last part of the address of a document that staff keeps about the account. */
  readonly documentId: string;
  readonly document: string;
}

/** Files about an account: documents that wait for review, and one that staff uploaded. */
export async function createPersonFiles(panel: TestPanel, user: Pick<TestUser, 'id'>): Promise<TestPersonFiles> {
  const [person, admin] = [await openSession(panel, user), await openSession(panel, await createAdmin(panel))];
  const { body } = await panel
    .as(person)
    .post<{ record: { id: number } }>('/api/id-verification', formOf({ idDocument: PDF, selfie: PNG }));
  const where = { verificationId_kind: { verificationId: body.record.id, kind: 'idDocument' as const } };
  const { name } = await panel.prisma.idDocument.findUniqueOrThrow({ where, select: { name: true } });
  const uploaded = await panel
    .as(admin)
    .post<{ document: { id: string; filename: string } }>(
      `/api/admin/users/${user.id}/documents`,
      formOf({ file: PDF, name: 'Contract' }),
    );
  const { id: documentId, filename: document } = uploaded.body.document;
  return { verificationId: body.record.id, idDocument: name, documentId, document };
}
