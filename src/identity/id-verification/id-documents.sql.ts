import type { Statement } from '../../prisma/database.js';

export interface IdDocumentRow {
  readonly contentType: string;
  /** Base64: on its way out of the embedded database many times faster than bytes. */
  readonly sealed: string;
  readonly verificationId: number;
  readonly userId: number;
}

export const idDocumentByName: Statement = {
  name: 'identity_id_document',
  text: `
    SELECT d."contentType", encode(d."sealed", 'base64') AS "sealed", v."id" AS "verificationId", v."userId"
    FROM "IdDocument" d JOIN "IdVerification" v ON v."id" = d."verificationId" WHERE d."name" = $1`,
};
