import { forbidden } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';

/** Why a server is locked; DMCA is the stronger of the two. */
export interface Suspension {
  readonly kind: 'suspended' | 'dmca';
  readonly by: string;
  readonly reason: string;
  /** When a DMCA server is to be deleted. */
  readonly deletionAt: Date | null;
}

/** Columns of "Server" from which a suspension is read. */
export interface SuspensionColumns {
  readonly suspended: boolean;
  readonly suspendedBy: string | null;
  readonly suspendedReason: string | null;
  readonly dmca: boolean;
  readonly dmcaBy: string | null;
  readonly dmcaReason: string | null;
  readonly dmcaDeletionAt: Date | null;
}

export function suspensionOf(row: SuspensionColumns): Suspension | null {
  if (row.dmca) {
    return {
      kind: 'dmca',
      by: row.dmcaBy ?? 'system',
      reason: row.dmcaReason ?? 'DMCA takedown',
      deletionAt: row.dmcaDeletionAt,
    };
  }
  if (!row.suspended) return null;
  return {
    kind: 'suspended',
    by: row.suspendedBy ?? 'system',
    reason: row.suspendedReason ?? 'Suspended by panel moderation action',
    deletionAt: null,
  };
}

/** The sentence that owners and subusers are told (contract servers.md, power). */
export function suspensionText({ kind, by, reason, deletionAt }: Suspension): string {
  if (kind === 'suspended') return `This server was suspended by ${by} for reason: ${reason}. Please contact support.`;
  const deletion = deletionAt === null ? '' : ` It is scheduled for deletion at ${deletionAt.toISOString()}.`;
  return `This server has been placed under a DMCA takedown by ${by} for reason: ${reason}.${deletion} Please contact support to file a counter-notice.`;
}

export const suspendedError = (suspension: Suspension): PanelError =>
  forbidden(suspensionText(suspension), suspension.kind === 'dmca' ? 'servers.dmca' : 'servers.suspended');
