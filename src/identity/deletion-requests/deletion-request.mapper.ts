import type { Prisma } from '../../generated/prisma/client.js';
import type { AdminDeletionResponse, DeletionRequestResponse } from './dto/deletion-requests.dto.js';

export const DELETION_REQUEST = {
  id: true,
  userId: true,
  status: true,
  requestedAt: true,
  approvedAt: true,
  approvedBy: true,
  scheduledDeletionAt: true,
  deletedAt: true,
  autoSunset: true,
  idVerified: true,
} as const satisfies Prisma.DeletionRequestSelect;

export const ADMIN_DELETION = {
  ...DELETION_REQUEST,
  user: { select: { firstName: true, lastName: true, email: true, avatarUrl: true } },
} as const satisfies Prisma.DeletionRequestSelect;

type Row = Prisma.DeletionRequestGetPayload<{ select: typeof DELETION_REQUEST }>;
type AdminRow = Prisma.DeletionRequestGetPayload<{ select: typeof ADMIN_DELETION }>;

export function toDeletionRequest({
  id,
  userId,
  status,
  requestedAt,
  approvedAt,
  ...rest
}: Row): DeletionRequestResponse {
  const { approvedBy, scheduledDeletionAt, deletedAt, autoSunset, idVerified } = rest;
  const state = { approvedAt, approvedBy, scheduledDeletionAt, deletedAt, autoSunset, idVerified };
  return { id, userId, status, requestedAt, ...state };
}

export function toAdminDeletion({ user, ...row }: AdminRow, waitingFor: readonly string[]): AdminDeletionResponse {
  const { firstName, lastName, email, avatarUrl } = user;
  return { ...toDeletionRequest(row), user: { firstName, lastName, email, avatarUrl }, waitingFor: [...waitingFor] };
}
