import type { Statement } from '../../prisma/database.js';

export interface UserDocumentRow {
  readonly id: string;
  /** Base64: on its way out of the embedded database many times faster than bytes. */
  readonly sealed: string;
}

export const userDocumentByName: Statement = {
  name: 'identity_user_document',
  text: `
    SELECT "id"::text AS "id", encode("sealed", 'base64') AS "sealed" FROM "UserDocument"
    WHERE "userId" = $1 AND "filename" = $2`,
};
