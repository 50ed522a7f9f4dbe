import { Injectable } from '@nestjs/common';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** One thing that somebody did. */
export interface AuditEntry {
  /** Who did it; null for the panel itself. */
  readonly userId: number | null;
  /** `login`, `server:create`, `admin:settings:update` … */
  readonly action: string;
  readonly targetType?:
    | ('user' | 'session' | 'api-key' | 'role' | 'passkey' | 'external-account' | 'id-verification')
    | ('organisation' | 'server' | 'node' | 'egg' | 'mount' | 'setting');
  readonly targetId?: string | number;
  /** Never holds secrets. */
  readonly metadata?: Prisma.InputJsonObject;
  readonly ipAddress?: string;
}

const MAXIMUM_TEXT = 2_000;

/** Writes the append-only record of who did what. Entries of a change are written in the change's transaction. */
@Injectable()
export class AuditLog {
  constructor(private readonly prisma: PrismaService) {}

  async record(entry: AuditEntry, tx: Queryable = this.prisma): Promise<void> {
    await tx.activityEntry.create({
      data: {
        userId: entry.userId,
        action: entry.action.slice(0, 128),
        targetType: entry.targetType ?? null,
        targetId: entry.targetId === undefined ? null : String(entry.targetId),
        ipAddress: entry.ipAddress ?? null,
        ...(entry.metadata !== undefined && { metadata: bounded(entry.metadata) }),
      },
      select: { id: true },
    });
  }
}

/** Long texts (a pasted command, a user agent) are cut, however deep: the log must stay readable and small. */
function bounded<Value extends Prisma.InputJsonValue | null | undefined>(value: Value): Value {
  const cut = (part: unknown): unknown => {
    if (typeof part === 'string') return part.length > MAXIMUM_TEXT ? `${part.slice(0, MAXIMUM_TEXT)}…` : part;
    if (Array.isArray(part)) return part.map(cut);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, cut(inner)]));
  };
  return cut(value) as Value;
}
