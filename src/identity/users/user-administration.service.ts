import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { conflict, forbidden, notFound } from '../../common/errors/panel-error.js';
import { assertMayManage } from '../access/privilege.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { Identities } from '../principals/identities.js';
import { AccountUpdate } from './account-update.service.js';
import type { AdminUpdateUserDto } from './dto/admin-user.dto.js';

/** Changes of accounts by staff. */
@Injectable()
export class UserAdministration {
  constructor(
    private readonly identities: Identities,
    private readonly updates: AccountUpdate,
  ) {}

  /** @throws PanelError 404; 403 for what the caller may not change; 409 for a deleted account or a known address. */
  async update(caller: UserPrincipal, id: number, body: AdminUpdateUserDto, ip: string): Promise<SuccessResponse> {
    const target = await this.identities.find(id);
    if (target === undefined) throw notFound('User not found', 'users.not_found');
    assertMayManage(caller, target.account);
    assertMayChange(caller, body);
    if (target.profile.deletedAt !== null) throw conflict('This account was deleted', 'users.deleted');
    await this.updates.apply(caller, target, body, ip, true);
    return SUCCESS;
  }
}

function assertMayChange(caller: UserPrincipal, { suspended, supportBanned, supportBanReason }: AdminUpdateUserDto) {
  const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
  const needed = [
    ...(isGiven(suspended) ? ['users:suspend'] : []),
    ...(isGiven(supportBanned) || isGiven(supportBanReason) ? ['tickets:ban'] : []),
  ];
  const missing = needed.find((permission) => !caller.can(permission));
  if (missing !== undefined) throw forbidden(`Admin permission ${missing} required.`, 'auth.insufficient_permissions');
}
