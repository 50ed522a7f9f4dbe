import type { Prisma } from '../../generated/prisma/client.js';
import { MINI_USER } from '../dto/mini-user.dto.js';
import type { ApiKeyResponse } from './dto/api-keys.dto.js';

/** What may be told of a key. */
export const API_KEY = {
  id: true,
  name: true,
  type: true,
  permissions: true,
  allowedIps: true,
  servers: true,
  organisationId: true,
  lastFour: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
  user: { select: MINI_USER },
} as const satisfies Prisma.ApiKeySelect;

type Row = Prisma.ApiKeyGetPayload<{ select: typeof API_KEY }>;

export function toApiKey({
  id,
  name,
  type,
  permissions,
  allowedIps,
  servers,
  organisationId,
  ...rest
}: Row): ApiKeyResponse {
  const { lastFour, createdAt, expiresAt, lastUsedAt, user } = rest;
  const bounds = { allowedIps, servers, organisationId };
  return { id, name, type, permissions, ...bounds, lastFour, createdAt, expiresAt, lastUsedAt, user };
}
