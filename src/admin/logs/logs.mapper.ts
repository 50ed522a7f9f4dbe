import type { ActivityEntry } from '../../generated/prisma/client.js';
import type { AdminLogEntry } from './dto/log.dto.js';

/** What an entry shows of its author. */
export interface Author {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
}

type Entry = Omit<ActivityEntry, 'dedupeKey' | 'isRead'>;

/** One row of the log with its author; accounts that are gone keep their id. */
export function toAdminLogEntry(entry: Entry, author: Author | undefined): AdminLogEntry {
  return {
    id: Number(entry.id),
    userId: entry.userId,
    username: usernameOf(entry.userId, author),
    email: author?.email ?? '',
    avatarUrl: author?.avatarUrl ?? null,
    action: entry.action,
    targetType: entry.targetType,
    targetId: entry.targetId,
    metadata: entry.metadata,
    ipAddress: entry.ipAddress,
    timestamp: entry.timestamp,
  };
}

function usernameOf(userId: number | null, author: Author | undefined): string {
  if (userId === null) return 'System';
  if (author === undefined) return `User ${userId}`;
  return author.displayName ?? `${author.firstName} ${author.lastName}`;
}
