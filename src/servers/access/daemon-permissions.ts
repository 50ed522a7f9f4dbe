import type { SubuserPermission } from './server-needs.js';
import type { ServerScope } from './server-scope.js';

/** `*` does not contain `admin.*` on either family of daemons (wings-protocol D.4). */
const EVERYTHING = ['*', 'admin.websocket.install', 'admin.websocket.transfer'] as const;

const FILES = [
  'file.read',
  'file.read-content',
  'file.create',
  'file.update',
  'file.delete',
  'file.archive',
  'file.sftp',
] as const;

const OF_SUBUSER: Partial<Record<SubuserPermission, readonly string[]>> = {
  console: ['control.read-console', 'control.console', 'admin.websocket.install'],
  power: ['control.start', 'control.stop', 'control.restart'],
  files: FILES,
  backups: ['backup.read'],
  schedules: ['schedule.read'],
};

/**
 * What the caller may do on the daemon itself (token, SFTP answer, ws/permissions), in the daemon's names.
 * Always the caller's full list, because wings-rs keeps one set per user and server whichever way it came.
 * Empty while the server is suspended and the caller is not staff: nothing may be open then.
 */
export function daemonPermissions(access: ServerScope): string[] {
  if (access.isStaff) return [...EVERYTHING, 'admin.websocket.errors'];
  if (access.suspension !== null) return [];
  if (access.isOwner) return [...EVERYTHING];
  if (access.relation !== 'subuser') return [];
  const granted = access.subuserPermissions;
  // `meta.calagopus` makes wings-rs enforce control.read-console.
  const base = granted.includes('*') ? EVERYTHING : ['websocket.connect'];
  const mapped = granted.flatMap((permission) => OF_SUBUSER[permission as SubuserPermission] ?? []);
  return [...new Set([...base, 'meta.calagopus', ...mapped])];
}
