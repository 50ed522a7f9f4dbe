/** Who may be told of an event: holders of a daemon permission (wings-protocol D.4), or `everybody`. */
const AUDIENCES: Readonly<Record<string, string>> = {
  status: 'everybody',
  stats: 'everybody',
  'console output': 'control.read-console',
  'daemon message': 'everybody',
  'daemon error': 'everybody',
  'install output': 'admin.websocket.install',
  'install started': 'everybody',
  'install completed': 'everybody',
  'backup started': 'backup.read',
  'backup progress': 'backup.read',
  'backup completed': 'backup.read',
  'backup deleted': 'backup.read',
  'backup restore started': 'everybody',
  'backup restore progress': 'everybody',
  'backup restore completed': 'everybody',
  'transfer logs': 'admin.websocket.transfer',
  'transfer progress': 'admin.websocket.transfer',
  'transfer status': 'everybody',
  'image pull progress': 'everybody',
  'image pull completed': 'everybody',
  'schedule started': 'schedule.read',
  'schedule step status': 'schedule.read',
  'schedule step error': 'schedule.read',
  'schedule completed': 'schedule.read',
  'operation progress': 'file.read',
  'operation completed': 'file.read',
  // Daemons tell these to everybody, but their texts name files.
  'operation error': 'file.read',
  'operation aborted': 'file.read',
  'pending restart': 'everybody',
  'custom event': 'everybody',
  deleted: 'everybody',
};

const GO_BACKUP_SUFFIX = /^(backup completed):.*$/;
/** The form in which wings-rs reports errors among its daemon messages: bold on red. */
const RS_ERROR = '\u001b[1m\u001b[41m';

/** What viewers without the right to details read instead of a daemon's error. */
export const GENERIC_ERROR = 'An unexpected error was encountered while handling this request.';
export const ERROR_DETAIL_PERMISSION = 'admin.websocket.errors';

/**
 * Whom the relay tells of a daemon's event; undefined when nobody: events the relay uses up itself, answers to requests
 * it never forwards, and everything unknown.
 */
export function audienceOf(event: string): string | undefined {
  const name = event.replace(GO_BACKUP_SUFFIX, '$1');
  return Object.hasOwn(AUDIENCES, name) ? AUDIENCES[name] : undefined;
}

/** Whether a daemon's event tells details of an error, which only `admin.websocket.errors` may read. */
export function isErrorDetail(event: string, text: string): boolean {
  return event === 'daemon error' || (event === 'daemon message' && text.startsWith(RS_ERROR));
}

/** Whether the held permissions contain the needed one; `*` covers everything but `admin.*`, as on the daemons. */
export function holds(permissions: ReadonlySet<string>, needed: string): boolean {
  if (needed === 'everybody' || permissions.has(needed)) return true;
  return permissions.has('*') && !needed.startsWith('admin.');
}

/** What `set state` needs for each action. */
export const POWER_PERMISSIONS: ReadonlyMap<string, string> = new Map([
  ['start', 'control.start'],
  ['stop', 'control.stop'],
  ['restart', 'control.restart'],
  ['kill', 'control.stop'],
]);
