import { createHash } from 'node:crypto';
import { fetch, FormData } from 'undici';
import type { BackupRecord } from './backups.ts';
import type { Daemon } from './context.ts';
import { HttpError } from './http-kit.ts';
import type { SimulatedServer } from './server.ts';
import { messageOf } from './types.ts';

export interface OutgoingTransfer {
  url: string;
  /** Sent as it is, so it includes `Bearer `. */
  token: string;
  backups: string[];
  deleteBackups: boolean;
}

/** Transfers under way from this process, to be cancelled. */
const outgoing = new WeakMap<SimulatedServer, AbortController>();

/** Cancels an outgoing transfer; false when there is none. */
export function cancelTransfer(server: SimulatedServer): boolean {
  outgoing.get(server)?.abort();
  return outgoing.has(server);
}

/** The source's side: stop, pack, send to the destination; on failure tell the panel. */
export async function sendTransfer(daemon: Daemon, server: SimulatedServer, order: OutgoingTransfer): Promise<void> {
  const cancel = new AbortController();
  outgoing.set(server, cancel);
  server.lock = 'transferring';
  server.broadcast('transfer status', ['processing']);
  try {
    await server.stop();
    await daemon.clock.sleep(daemon.options.transferDelayMs);
    server.broadcast('transfer logs', ['Streaming archive to destination...']);
    await deliver(daemon, server, order, cancel.signal);
    if (order.deleteBackups) order.backups.forEach((uuid) => daemon.disk.backups.delete(uuid));
    server.broadcast('transfer status', ['completed']);
  } catch (error) {
    if (daemon.clock.stopped) return;
    server.broadcast('transfer logs', [messageOf(error)]);
    server.broadcast('transfer status', [daemon.options.flavour === 'rs' ? 'failure' : 'failed']);
    await reportTransfer(daemon, server.uuid, 'failure', []);
  } finally {
    outgoing.delete(server);
    server.lock = null;
  }
}

async function deliver(
  daemon: Daemon,
  server: SimulatedServer,
  order: OutgoingTransfer,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const headers = { authorization: order.token };
  if (order.backups.length > 0) {
    const answer = await fetch(`${order.url}/query`, { headers, signal });
    if (!answer.ok) throw new Error(`the destination answered ${answer.status} to the query`);
  }
  const archive = server.files.pack();
  const form = new FormData();
  form.set('archive', new Blob([new Uint8Array(archive)]), 'archive.tar.gz');
  form.set('checksum', createHash('sha256').update(archive).digest('hex'));
  for (const uuid of order.backups) {
    const stored = daemon.disk.backups.get(uuid)?.archive;
    if (stored) form.set(`backup-${uuid}`, new Blob([new Uint8Array(stored)]), `${uuid}.tar.gz`);
  }
  const answer = await fetch(order.url, { method: 'POST', headers, body: form, signal });
  if (!answer.ok) throw new Error(`the destination answered ${answer.status}: ${await answer.text()}`);
}

/** The destination's side: get the server from the panel, unpack, report; rejects when the source must hear so. */
export async function receiveTransfer(daemon: Daemon, uuid: string, type: string, body: Buffer): Promise<void> {
  let server: SimulatedServer | null = null;
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    const archive = await verifiedArchive(form);
    server = daemon.adopt(await daemon.pull(uuid));
    server.lock = 'transferring';
    server.broadcast('transfer status', ['processing']);
    await daemon.clock.sleep(daemon.options.receiveDelayMs);
    if (daemon.servers.get(server.uuid) !== server) throw new Error('the transfer was cancelled');
    server.files.unpack(archive);
    await finish(daemon, server, await storeBackups(daemon, uuid, form));
  } catch (error) {
    if (!isReported(error)) await giveUp(daemon, uuid);
    if (daemon.options.flavour === 'rs' || server === null) forget(daemon, uuid);
    throw new HttpError(500, messageOf(error));
  }
}

/** `go` cannot tell the panel a second time after the success report failed: its server stays locked. */
class UnreportedSuccess extends Error {}

function isReported(error: unknown): boolean {
  return error instanceof UnreportedSuccess;
}

async function finish(daemon: Daemon, server: SimulatedServer, backups: string[]): Promise<void> {
  try {
    await reportTransfer(daemon, server.uuid, 'success', backups);
  } catch (error) {
    if (daemon.options.flavour === 'go') throw new UnreportedSuccess(messageOf(error));
    throw error;
  }
  server.lock = null;
  server.broadcast('transfer status', [daemon.options.flavour === 'rs' ? 'completed' : 'success']);
}

async function giveUp(daemon: Daemon, uuid: string): Promise<void> {
  await reportTransfer(daemon, uuid, 'failure', []).catch((error: unknown) => daemon.options.log(messageOf(error)));
}

function forget(daemon: Daemon, uuid: string): void {
  daemon.servers.delete(uuid);
  daemon.disk.servers.delete(uuid);
}

async function verifiedArchive(form: globalThis.FormData): Promise<Buffer> {
  const archive = await contentOf(form.get('archive'));
  if (archive === null) throw new Error('the archive is missing');
  const checksum = createHash('sha256').update(archive).digest('hex');
  if (form.get('checksum') !== checksum) throw new Error('the archive does not match its checksum');
  return archive;
}

async function storeBackups(daemon: Daemon, server: string, form: globalThis.FormData): Promise<string[]> {
  const received: string[] = [];
  for (const [name, value] of form.entries()) {
    const archive = name.startsWith('backup-') ? await contentOf(value) : null;
    if (archive === null) continue;
    const backup: BackupRecord = { uuid: name.slice('backup-'.length), server, adapter: 'wings', archive };
    daemon.disk.backups.set(backup.uuid, backup);
    received.push(backup.uuid);
  }
  return received;
}

async function contentOf(value: File | string | null): Promise<Buffer | null> {
  return value === null || typeof value === 'string' ? null : Buffer.from(await value.arrayBuffer());
}

/** Tells the panel how a transfer ended. */
export async function reportTransfer(
  daemon: Daemon,
  uuid: string,
  outcome: 'success' | 'failure',
  backups: string[],
): Promise<void> {
  const body = daemon.options.flavour === 'rs' ? { backups, backup_migrations: {} } : undefined;
  await daemon.panel.call('POST', `/servers/${uuid}/transfer/${outcome}`, { body });
}
