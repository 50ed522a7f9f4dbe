import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { SignInMethods } from '../sign-in/sign-in-methods.service.js';
import type { PasskeyResponse, RenamedPasskeyResponse } from './dto/passkey-responses.dto.js';
import { PASSKEY, toPasskey } from './passkey.mapper.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

const missing = () => notFound('Passkey not found', 'passkeys.not_found');

/** The passkeys that an account has. */
@Injectable()
export class Passkeys {
  constructor(
    private readonly prisma: PrismaService,
    private readonly methods: SignInMethods,
    private readonly bus: EventBus,
    erasure: AccountErasure,
  ) {
    erasure.register('passkeys', async (tx, userId) => {
      await tx.passkey.deleteMany({ where: { userId } });
    });
  }

  async list({ userId }: UserPrincipal): Promise<PasskeyResponse[]> {
    const rows = await this.prisma.passkey.findMany({ where: { userId }, orderBy: { id: 'asc' }, select: PASSKEY });
    return rows.map(toPasskey);
  }

  async rename({ userId }: UserPrincipal, id: number, name: string): Promise<RenamedPasskeyResponse> {
    const { count } = await this.prisma.passkey.updateMany({ where: { id, userId }, data: { name } });
    if (count === 0) throw missing();
    return { success: true, passkey: { id, name } };
  }

  /** @throws PanelError 404, 409 for the last way in. */
  async delete({ userId }: UserPrincipal, id: number, ip: string): Promise<SuccessResponse> {
    await this.prisma.$transaction(async (tx) => {
      const owner = await this.methods.lock(tx, userId);
      const passkey = await tx.passkey.findFirst({ where: { id, userId }, select: { name: true } });
      if (passkey === null) throw missing();
      await tx.passkey.delete({ where: { id, userId }, select: { id: true } });
      await this.methods.assertOneRemains(tx, userId);
      await this.methods.tell(tx, owner, { change: 'passkey-removed', targetId: id, label: passkey.name, ip });
    });
    this.bus.publish('user.changed', { userId });
    return SUCCESS;
  }
}
