import { randomUUID } from 'node:crypto';
import type { Daemon } from './context.ts';
import { PanelError } from './panel-client.ts';
import { allows, recognise } from './permissions.ts';
import { isObject } from './types.ts';

export interface SftpCredentials {
  type?: 'password' | 'public_key';
  username: string;
  /** The password, or the public key line. */
  password: string;
  /** `addr:port` of the client, which only `go` tells the panel. */
  ip?: string;
}

export interface SftpOutcome {
  ok: boolean;
  /** The panel's last status; 0 when the daemon did not ask or got no answer. */
  status: number;
  /** How often the panel was asked. */
  attempts: number;
  user: string | null;
  server: string | null;
  permissions: string[];
}

const GO_USERNAME = /^(.+)\.([a-z0-9]{8})$/i;
const RS_USERNAME = /\.[0-9a-f]{8}$/i;

/** A login at the daemon's SFTP port: the panel decides, the flavour decides how often it is asked. */
export async function loginOverSftp(daemon: Daemon, credentials: SftpCredentials): Promise<SftpOutcome> {
  const rs = daemon.options.flavour === 'rs';
  const { type = 'password', username, password, ip = '127.0.0.1:50000' } = credentials;
  if (!(rs ? RS_USERNAME : GO_USERNAME).test(username)) return refused(0, 0);
  const session = { ip, session_id: randomUUID(), client_version: Buffer.from('SSH-2.0-Simulated').toString('base64') };
  const body = { type, username, password, ...(rs ? {} : session) };
  try {
    const answer = await daemon.panel.call('POST', '/sftp/auth', { body });
    return accept(daemon, answer.body, answer.status, answer.attempts, type);
  } catch (error) {
    if (error instanceof PanelError) return refused(error.status, error.attempts);
    throw error;
  }
}

function refused(status: number, attempts: number): SftpOutcome {
  return { ok: false, status, attempts, user: null, server: null, permissions: [] };
}

function accept(daemon: Daemon, body: unknown, status: number, attempts: number, method: string): SftpOutcome {
  const rs = daemon.options.flavour === 'rs';
  if (!isObject(body) || !Array.isArray(body.permissions)) return refused(status, attempts);
  const permissions = body.permissions.map(String);
  const user = String(body.user).toLowerCase();
  const server = daemon.servers.get(String(body.server).toLowerCase());
  if (server === undefined) return refused(status, attempts);
  const held = recognise(permissions, daemon.options.flavour);
  if (rs ? !allows(held, 'file.sftp') : server.settings.suspended === true) return refused(status, attempts);
  if (rs) {
    // The list also decides what the user's console sockets are told from now on.
    server.livePermissions.set(user, held);
    daemon.activity.note({ server: server.uuid, user, event: 'server:sftp.login', metadata: { method } });
  }
  return { ok: true, status, attempts, user, server: server.uuid, permissions };
}
