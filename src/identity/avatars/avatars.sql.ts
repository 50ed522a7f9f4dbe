import type { Statement } from '../../prisma/database.js';

export interface AvatarRow {
  /** Base64: on its way out of the embedded database many times faster than bytes. */
  readonly content: string;
}

export const avatarOf: Statement = {
  name: 'identity_avatar',
  text: `SELECT encode("content", 'base64') AS "content" FROM "Avatar" WHERE "userId" = $1 AND "version" = $2`,
};
