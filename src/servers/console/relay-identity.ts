/**
 * The account uuid under which the relay is known to daemons. It belongs to nobody: what a daemon reports of it was done
 * through the relay, which has recorded it under the person's own name already.
 */
export const RELAY_USER_UUID = '00000000-0000-4000-8000-000000000001';

/** What the relay may see and do for all its viewers together; it filters for each of them. */
export const RELAY_PERMISSIONS: readonly string[] = [
  'websocket.connect',
  'control.read-console',
  'control.console',
  'admin.websocket.errors',
  'admin.websocket.install',
  'admin.websocket.transfer',
  'backup.read',
  'schedule.read',
  'file.read',
];
