import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { forbidden, notFound } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { API_KEY, toApiKey } from './api-key.mapper.js';
import type { ApiKeyListQuery, ApiKeyResponse } from './dto/api-keys.dto.js';

const DEFAULT_LIMIT = 200;

/** API keys as their owners see them; staff with `admin:access` sees those of everybody. */
@Injectable()
export class ApiKeys {
  constructor(private readonly prisma: PrismaService) {}

  /** Everybody's for staff, otherwise one's own. */
  async list(caller: UserPrincipal, { limit = DEFAULT_LIMIT, offset = 0 }: ApiKeyListQuery): Promise<ApiKeyResponse[]> {
    return this.find(seesAll(caller) ? {} : { userId: caller.userId }, limit, offset);
  }

  /** One's own; to a key, itself. */
  async listOwn(caller: UserPrincipal): Promise<ApiKeyResponse[]> {
    const { proof, userId } = caller;
    return this.find(proof.kind === 'api-key' ? { userId, id: proof.apiKeyId } : { userId }, DEFAULT_LIMIT, 0);
  }

  /** @throws PanelError 404 when there is no such key or it is somebody else's, 403 to a key that asks for another one. */
  async read(caller: UserPrincipal, id: number): Promise<ApiKeyResponse> {
    const where = seesAll(caller) ? { id } : { id, userId: caller.userId };
    const row = await this.prisma.apiKey.findFirst({ where, select: API_KEY });
    if (row === null) throw notFound('not found', 'api_keys.not_found');
    const isOther = caller.proof.kind === 'api-key' && caller.proof.apiKeyId !== id;
    if (isOther && !caller.can('apikeys:read')) throw forbidden();
    return toApiKey(row);
  }

  private async find(where: Prisma.ApiKeyWhereInput, take: number, skip: number): Promise<ApiKeyResponse[]> {
    const rows = await this.prisma.apiKey.findMany({ where, orderBy: { id: 'desc' }, take, skip, select: API_KEY });
    return rows.map(toApiKey);
  }
}

/** `admin:access` must come from an assigned role: were it among what everybody has, everybody would see all keys. */
const seesAll = (caller: UserPrincipal): boolean => caller.canAsStaff('admin:access');
