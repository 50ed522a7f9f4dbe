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

/** Hears of an entry in the transaction that writes it; what it throws undoes the entry. */
export type AuditListener = (entry: AuditEntry, tx: Queryable) => Promise<void>;

const MAXIMUM_TEXT = 2_000;
/** Names of what no log may hold, whoever writes the entry. */
const SECRET =
  /password|passphrase|secret|private_?key|api_?key$|^token$|credential|recovery_?codes?$|sealed$|digest$/i;
const MASKED = '[masked]';

/** Writes the append-only record of who did what. Entries of a change are written in the change's transaction. */
@Injectable()
export class AuditLog {
  private readonly listeners: AuditListener[] = [];

  constructor(private readonly prisma: PrismaService) {}

  /** Called by whoever tells of entries elsewhere, in its `onModuleInit`. */
  onRecord(listener: AuditListener): void {
    this.listeners.push(listener);
  }

  async record(entry: AuditEntry, tx: Queryable = this.prisma): Promise<void> {
    const metadata = entry.metadata && bounded(entry.metadata);
    await tx.activityEntry.create({
      data: {
        userId: entry.userId,
        action: entry.action.slice(0, 128),
        targetType: entry.targetType ?? null,
        targetId: entry.targetId === undefined ? null : String(entry.targetId),
        ipAddress: entry.ipAddress ?? null,
        ...(metadata !== undefined && { metadata }),
      },
      select: { id: true },
    });
    const told = metadata === undefined ? entry : { ...entry, metadata };
    for (const listener of this.listeners) await listener(told, tx);
  }
}

/**
 * What a change made of the fields it named, for `metadata.changes`: `{field: {before, after}}` of those that are really
 * new.
 */
export function beforeAndAfter(before: object, after: object): Prisma.InputJsonObject {
  const old = before as Readonly<Record<string, unknown>>;
  const changed = Object.entries(after).flatMap(([field, value]) => {
    const pair = { before: plain(old[field]), after: plain(value) };
    return JSON.stringify(pair.before) === JSON.stringify(pair.after) ? [] : [[field, pair] as const];
  });
  return Object.fromEntries(changed) as Prisma.InputJsonObject;
}

/** As JSON holds it: dates as texts, nothing as null. */
const plain = (value: unknown): unknown =>
  value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);

/** Long texts (a pasted command, a user agent) are cut, however deep: the log must stay readable and small. Secrets are masked. */
function bounded<Value extends Prisma.InputJsonValue | null | undefined>(value: Value): Value {
  const cut = (part: unknown): unknown => {
    if (typeof part === 'string') return part.length > MAXIMUM_TEXT ? `${part.slice(0, MAXIMUM_TEXT)}…` : part;
    if (Array.isArray(part)) return part.map(cut);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, masked(key, inner) ?? cut(inner)]));
  };
  return cut(value) as Value;
}

/** Whether something is set may be known, what it is may not. */
function masked(key: string, value: unknown): string | Record<string, string | null> | undefined {
  if (!SECRET.test(key) || value === null || typeof value === 'boolean') return undefined;
  if (typeof value !== 'object' || !('before' in value || 'after' in value)) return MASKED;
  const { before = null, after = null } = value as { before?: unknown; after?: unknown };
  return { before: before === null ? null : MASKED, after: after === null ? null : MASKED };
}
