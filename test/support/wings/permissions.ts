import type { Flavour } from './types.ts';

const KNOWN = new Set([
  '*',
  'websocket.connect',
  'control.console',
  'control.start',
  'control.stop',
  'control.restart',
  'control.read-console',
  'admin.websocket.errors',
  'admin.websocket.install',
  'admin.websocket.transfer',
  'backup.read',
  'schedule.read',
  'file.read',
  'file.read-content',
  'file.create',
  'file.update',
  'file.delete',
  'file.archive',
  'file.sftp',
  'meta.calagopus',
]);

/** What a client must hold to be told about an event; events not named here are for everybody. */
const EVENT_PERMISSIONS: Record<string, string> = {
  'console output': 'control.read-console',
  'install output': 'admin.websocket.install',
  'transfer logs': 'admin.websocket.transfer',
  'transfer progress': 'admin.websocket.transfer',
  'backup completed': 'backup.read',
  'backup started': 'backup.read',
  'backup progress': 'backup.read',
  'backup deleted': 'backup.read',
  'schedule started': 'schedule.read',
  'schedule step status': 'schedule.read',
  'schedule step error': 'schedule.read',
  'schedule completed': 'schedule.read',
  'operation progress': 'file.read',
  'operation completed': 'file.read',
};

/** The permissions a daemon recognises: unknown names are dropped, `rs` plural prefixes become singular. */
export function recognise(permissions: readonly string[], flavour: Flavour): Set<string> {
  const singular = (name: string): string => name.replace(/^(backup|schedule|file)s\./, '$1.');
  const names = flavour === 'rs' ? permissions.map(singular) : permissions;
  return new Set(names.filter((name) => KNOWN.has(name)));
}

/** Whether the permissions contain the needed one; `*` covers everything but `admin.*`. */
export function allows(permissions: ReadonlySet<string>, needed: string): boolean {
  if (permissions.has(needed)) return true;
  return permissions.has('*') && !needed.startsWith('admin.');
}

/** Whether the console may be read: only `rs` asks, and only tokens that carry its marker. */
export function mayReadConsole(permissions: ReadonlySet<string>, flavour: Flavour): boolean {
  return flavour === 'go' || !permissions.has('meta.calagopus') || allows(permissions, 'control.read-console');
}

/** Whether a holder of the permissions is told about an event. */
export function mayReceive(permissions: ReadonlySet<string>, event: string, flavour: Flavour): boolean {
  if (event === 'console output') return mayReadConsole(permissions, flavour);
  // `go` appends the backup's uuid to the event name.
  const needed = EVENT_PERMISSIONS[event.replace(/:.*$/, '')];
  return needed === undefined || allows(permissions, needed);
}
