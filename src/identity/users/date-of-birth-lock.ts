import type { UserPrincipal } from '../../common/access/principal.js';
import { forbidden } from '../../common/errors/panel-error.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { Identity } from '../principals/identities.js';
import type { UpdateUserDto } from './dto/update-user.dto.js';

/**
 * Once staff has accepted an identity document, nobody changes his own date of birth: it was compared with the
 * document. The account's row is locked, so that a decision at the same time is seen.
 * @throws PanelError 403 `date_of_birth_locked`.
 */
export async function assertDateOfBirthFree(
  tx: Queryable,
  caller: UserPrincipal,
  { account }: Identity,
  { dateOfBirth }: UpdateUserDto,
): Promise<void> {
  if (!dateOfBirth || caller.userId !== account.id) return;
  const [row] = await tx.$queryRaw<{ idVerified: boolean; dateOfBirth: string | null }[]>`
    SELECT "idVerified", to_char("dateOfBirth", 'YYYY-MM-DD') AS "dateOfBirth"
    FROM "User" WHERE "id" = ${account.id} FOR UPDATE`;
  // The web client sends the whole profile: what stays the same is no change.
  if (row?.idVerified !== true || row.dateOfBirth === dateOfBirth) return;
  throw forbidden('date_of_birth_locked', 'users.date_of_birth_locked');
}
