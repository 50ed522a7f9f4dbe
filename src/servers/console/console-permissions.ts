import type { UserPrincipal } from '../../common/access/principal.js';
import { daemonPermissions } from '../access/daemon-permissions.js';
import type { ServerScope } from '../access/server-scope.js';

/** What an API key must hold for each thing that its owner may do on the daemon; the rest comes with `servers:console`. */
const OF_KEY: Readonly<Record<string, string>> = {
  'control.start': 'servers:power',
  'control.stop': 'servers:power',
  'control.restart': 'servers:power',
  'backup.read': 'backups:read',
  'schedule.read': 'schedules:read',
  'file.read': 'files:read',
  'file.read-content': 'files:read',
  'file.create': 'files:write',
  'file.update': 'files:write',
  'file.delete': 'files:write',
  'file.archive': 'files:write',
  'file.sftp': 'files:write',
};

/** `*` written out, for keys that may do only a part of it. */
const EVERYTHING = [
  'websocket.connect',
  'meta.calagopus',
  'control.read-console',
  'control.console',
  ...Object.keys(OF_KEY),
];

/** The permission that an API key needs to reach a console at all. */
export const CONSOLE_KEY_PERMISSION = 'servers:console';

/**
 * What the caller may do at the console, in the daemons' names: what his account may, and no more than his API key
 * allows.
 */
export function consolePermissions(principal: UserPrincipal, scope: ServerScope): string[] {
  const ofAccount = daemonPermissions(scope);
  if (principal.proof.kind === 'session' || principal.isAdminKey) return ofAccount;
  const written = ofAccount.flatMap((name) => (name === '*' ? EVERYTHING : [name]));
  return [...new Set(written)].filter((name) => {
    const needed = OF_KEY[name];
    return needed === undefined || principal.proofCovers(needed);
  });
}
