import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { conflict, forbidden, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { addressBucket } from '../../common/net/client-ip.js';
import { RateLimits } from '../../common/throttling/rate-limits.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { assertMayManage } from '../access/privilege.js';
import { ownOrPermitted, targetUserId } from '../access/target-user.js';
import { GeoBlock } from '../geo-block/geo-block.service.js';
import { Identities } from '../principals/identities.js';
import type { Identity } from '../principals/identities.js';
import { AccountUpdate } from './account-update.service.js';
import type { UpdateUserDto } from './dto/update-user.dto.js';
import type { FavoritesResponse, SafeUserResponse, UserResultResponse } from './dto/user-response.dto.js';
import { toSafeUser } from './user.mapper.js';

/** Saving the theme or the editor's width must not use up the tries of a profile form. */
const SETTINGS_LIMIT = { limit: 30, windowSeconds: 60 } as const;
/** Tries of one's own password from all addresses together: whoever has only the session must not find it out. */
const PASSWORD_LIMIT = { limit: 10, windowSeconds: 900 } as const;

/** Accounts as their owners and staff read and change them. */
@Injectable()
export class Users {
  constructor(
    private readonly prisma: PrismaService,
    private readonly identities: Identities,
    private readonly geoBlock: GeoBlock,
    private readonly updates: AccountUpdate,
    private readonly limits: RateLimits,
    private readonly bus: EventBus,
  ) {}

  /** One's own account from memory; others with `users:read`. */
  async read(caller: UserPrincipal, reference: string): Promise<SafeUserResponse> {
    const { profile } = await this.existing(ownOrPermitted(reference, caller, 'users:read'));
    return this.shown(profile);
  }

  /** Changes one's own account, with `users:write` also those of less privileged people. */
  async update(caller: UserPrincipal, reference: string, body: UpdateUserDto, ip: string): Promise<UserResultResponse> {
    const id = targetUserId(reference, caller);
    assertMayWrite(caller, id);
    await this.count(caller, body, ip);
    const target = await this.existing(id);
    assertMayManage(caller, target.account);
    if (target.profile.deletedAt !== null) throw conflict('This account was deleted', 'users.deleted');
    await this.updates.apply(caller, target, body, ip);
    return { success: true, user: this.shown((await this.existing(id)).profile) };
  }

  async setFavorites(caller: UserPrincipal, favorites: string[]): Promise<FavoritesResponse> {
    assertMayWrite(caller, caller.userId);
    const serverFavorites = [...new Set(favorites)];
    await this.prisma.$executeRaw`
      UPDATE "User" SET "updatedAt" = now(),
        "settings" = jsonb_set("settings", '{serverFavorites}', ${JSON.stringify(serverFavorites)}::jsonb)
      WHERE "id" = ${caller.userId}`;
    this.bus.publish('user.changed', { userId: caller.userId });
    return { success: true, serverFavorites };
  }

  private shown(profile: Identity['profile']): SafeUserResponse {
    return toSafeUser(profile, this.geoBlock.levelOf(profile.billingCountry));
  }

  private async existing(id: number): Promise<Identity> {
    const identity = await this.identities.find(id);
    if (identity === undefined) throw notFound('User not found', 'users.not_found');
    return identity;
  }

  private async count(caller: UserPrincipal, body: UpdateUserDto, ip: string): Promise<void> {
    const given = Object.entries(body).filter(([, value]) => value !== undefined && value !== null);
    const isSettings = given.length > 0 && given.every(([key]) => key === 'settings');
    const [profile] = this.limits.of('profile');
    const { limit, windowSeconds } = isSettings || profile === undefined ? SETTINGS_LIMIT : profile;
    const place = `${caller.userId}@${addressBucket(ip)}`;
    await this.limits.consume(`profile:${isSettings ? 'settings' : 'form'}:${place}`, limit, windowSeconds);
    if (!body.currentPassword) return;
    await this.limits.consume(`profile:password:${caller.userId}`, PASSWORD_LIMIT.limit, PASSWORD_LIMIT.windowSeconds);
  }
}

/** Oneself, or staff; a key of one's own only when it holds `users:write`. */
function assertMayWrite(caller: UserPrincipal, id: number): void {
  const allowed = id === caller.userId ? caller.proofCovers('users:write') : caller.can('users:write');
  if (!allowed) throw forbidden();
}
