import type { Prisma } from '../../generated/prisma/client.js';
import { MINI_USER } from '../dto/mini-user.dto.js';
import type { AdminExportJobResponse, ExportJobResponse } from './dto/exports.dto.js';

/** What the person sees of an export. */
export const EXPORT_JOB = {
  id: true,
  userId: true,
  status: true,
  progress: true,
  message: true,
  sizeBytes: true,
  createdAt: true,
  updatedAt: true,
  completedAt: true,
  expiresAt: true,
} as const satisfies Prisma.ExportJobSelect;

/** What staff sees of an export; never what opens its share link. */
export const ADMIN_EXPORT_JOB = {
  ...EXPORT_JOB,
  adminId: true,
  decidedById: true,
  shareLinkExpiresAt: true,
  shareDownloadsRemaining: true,
  shareOpens: true,
  user: { select: MINI_USER },
} as const satisfies Prisma.ExportJobSelect;

type Row = Prisma.ExportJobGetPayload<{ select: typeof EXPORT_JOB }>;
type AdminRow = Prisma.ExportJobGetPayload<{ select: typeof ADMIN_EXPORT_JOB }>;

export function toExportJob({ id, userId, status, progress, message, sizeBytes, ...rest }: Row): ExportJobResponse {
  const { createdAt, updatedAt, completedAt, expiresAt } = rest;
  const size = Number(sizeBytes);
  return { id, userId, status, progress, message, sizeBytes: size, createdAt, updatedAt, completedAt, expiresAt };
}

export function toAdminExportJob(row: AdminRow): AdminExportJobResponse {
  const { adminId, decidedById, shareLinkExpiresAt, shareDownloadsRemaining, shareOpens, user } = row;
  const sharing = { shareLinkExpiresAt, shareDownloadsRemaining, shareOpens };
  return { ...toExportJob(row), adminId, decidedById, ...sharing, user };
}
