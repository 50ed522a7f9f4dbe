import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { SignInMethods } from '../sign-in/sign-in-methods.service.js';
import type { ExternalIdentityResponse } from './dto/external-sign-in.dto.js';
import { ExternalProviders } from './external-providers.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

const IDENTITY = { id: true, issuer: true, email: true, createdAt: true, lastUsedAt: true } as const;

/** The accounts of elsewhere that an account is linked with; one for each provider. */
@Injectable()
export class ExternalIdentities {
  constructor(
    private readonly prisma: PrismaService,
    private readonly providers: ExternalProviders,
    private readonly methods: SignInMethods,
    private readonly bus: EventBus,
    erasure: AccountErasure,
  ) {
    erasure.register('external-identities', async (tx, userId) => {
      await tx.externalIdentity.deleteMany({ where: { userId } });
    });
  }

  async list({ userId }: UserPrincipal): Promise<ExternalIdentityResponse[]> {
    const rows = await this.prisma.externalIdentity.findMany({
      where: { userId },
      orderBy: { id: 'asc' },
      select: IDENTITY,
    });
    return rows.map(({ issuer, ...row }) => ({
      ...row,
      provider: this.idOf(issuer) ?? null,
      name: this.nameOf(issuer),
    }));
  }

  /** @throws PanelError 404, 409 for the last way in. */
  async unlink({ userId }: UserPrincipal, id: number, ip: string): Promise<SuccessResponse> {
    await this.prisma.$transaction(async (tx) => {
      const owner = await this.methods.lock(tx, userId);
      const row = await tx.externalIdentity.findFirst({ where: { id, userId }, select: { issuer: true } });
      if (row === null) throw notFound('Linked account not found', 'external_sign_in.not_found');
      await tx.externalIdentity.delete({ where: { id, userId }, select: { id: true } });
      await this.methods.assertOneRemains(tx, userId);
      const label = this.nameOf(row.issuer);
      await this.methods.tell(tx, owner, { change: 'external-account-unlinked', targetId: id, label, ip });
    });
    this.bus.publish('user.changed', { userId });
    return SUCCESS;
  }

  private idOf(issuer: string): string | undefined {
    return this.providers.all.find((provider) => provider.issuer === issuer)?.id;
  }

  private nameOf(issuer: string): string {
    return this.providers.all.find((provider) => provider.issuer === issuer)?.name ?? new URL(issuer).hostname;
  }
}
