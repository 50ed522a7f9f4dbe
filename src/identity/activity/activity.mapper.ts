import type { Prisma } from '../../generated/prisma/client.js';
import type { LogEntryResponse } from './dto/activity.dto.js';

export const LOG_ENTRY = {
  id: true,
  userId: true,
  action: true,
  targetId: true,
  targetType: true,
  metadata: true,
  isRead: true,
  ipAddress: true,
  timestamp: true,
} as const satisfies Prisma.ActivityEntrySelect;

type Row = Prisma.ActivityEntryGetPayload<{ select: typeof LOG_ENTRY }>;

export function toLogEntry({ id, userId, action, targetId, targetType, metadata, ...rest }: Row): LogEntryResponse {
  const { isRead, ipAddress, timestamp } = rest;
  const object = metadata as Record<string, unknown> | null;
  return { id: Number(id), userId, action, targetId, targetType, metadata: object, isRead, ipAddress, timestamp };
}
