import { createSecretKey } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import jwt from 'jsonwebtoken';
import { conflict } from '../../common/errors/panel-error.js';
import type { DaemonKind, NodeContact } from '../directory/node-directory.js';
import { jtiOf } from './jti.js';
import type { Method, NodeAnswer, NodeRequest, NodeTransport } from './node-transport.js';
import { parseJson, parseLog, parseServers, parseSystem, parseTransfers, parseVersionHash } from './wings-answers.js';
import type { WingsServerState, WingsSystem, WingsTransferProgress } from './wings-answers.js';
import { assertSuccess, WingsRefusal } from './wings-errors.js';
import { WingsFiles } from './wings-files.js';

export type PowerAction = 'start' | 'stop' | 'restart' | 'kill';

const MINUTE = 60_000;
/** Calls that may take longer than the usual 10 s: the daemon calls back, stops the server or removes its files first. */
const LIMITS = { create: MINUTE, sync: MINUTE / 2, reinstall: MINUTE, delete: 15 * MINUTE } as const;
const GO_LOG_MAXIMUM = 100;
/** How the families say that there is no transfer to call off. */
const NOTHING_TO_CANCEL = [404, 409, 417] as const;

/** What the newest Go Wings accepts by `POST /api/update`; older ones merge it into theirs (wings-protocol B.1). */
export interface DaemonSettings {
  readonly debug: boolean;
  readonly uuid: string;
  readonly token_id: string;
  readonly token: string;
  readonly api: { host: string; port: number; ssl: { enabled: boolean }; upload_limit: number };
  readonly system: { sftp: { bind_port: number } };
}

/** Which backup is put back, and how. */
export interface RestoreOrder {
  readonly uuid: string;
  readonly adapter: string;
  /** Whether all files of the server are deleted first. */
  readonly truncateDirectory: boolean;
  /** Where the daemon fetches what lies in an object store; null for all others. */
  readonly downloadUrl: string | null;
}

/** What differs between clients of one node: how browsers name themselves, and how connections find addresses. */
export interface WingsClientOptions {
  /** Sent as `Origin` when the panel opens a console socket; Go Wings checks it. */
  readonly origin: string;
  readonly lookup: LookupFunction;
}

/** One daemon, typed (wings-protocol B). Every failure is a PanelError that names neither address nor answer. */
export class WingsClient {
  readonly origin: string;
  /** For sockets opened beside this client: refuses addresses that nodes may not have. */
  readonly lookup: LookupFunction;

  constructor(
    private readonly contact: NodeContact,
    private readonly transport: NodeTransport,
    { origin, lookup }: WingsClientOptions,
  ) {
    this.origin = origin;
    this.lookup = lookup;
  }

  get nodeId(): number {
    return this.contact.id;
  }

  get kind(): DaemonKind {
    return this.contact.kind;
  }

  /** Where the panel itself reaches the daemon, without `/api`. */
  get baseUrl(): string {
    return this.contact.baseUrl;
  }

  /** The console socket as the panel reaches it. */
  socketUrl(serverUuid: string): string {
    return `${this.baseUrl.replace(/^http/, 'ws')}/api/servers/${serverUuid}/ws`;
  }

  /** The console socket as a browser reaches it. */
  publicSocketUrl(serverUuid: string): string {
    return this.publicUrl('ws', `/api/servers/${serverUuid}/ws`);
  }

  /** Where a browser downloads a backup with a token of `WingsTokens.backupDownload`. */
  backupDownloadUrl(token: string): string {
    return this.publicUrl('http', `/download/backup?token=${token}`);
  }

  /** Where a browser downloads a file with a token of `WingsTokens.fileDownload`, which goes behind as `?token=`. */
  get fileDownloadUrl(): string {
    return this.publicUrl('http', '/download/file');
  }

  /** Where a browser uploads files with a token of `WingsTokens.fileUpload`. */
  get fileUploadUrl(): string {
    return this.publicUrl('http', '/upload/file');
  }

  /** The files of one server. */
  files(serverUuid: string): WingsFiles {
    return new WingsFiles(this.transport, this.kind, serverUuid);
  }

  /** For browsers: the public address only, under the node's own name. */
  private publicUrl(scheme: 'http' | 'ws', path: string): string {
    const url = new URL(`${this.contact.publicUrl}${path}`);
    if (this.contact.fqdn !== null) url.hostname = this.contact.fqdn;
    url.protocol = this.contact.useSsl ? `${scheme}s:` : `${scheme}:`;
    return url.toString();
  }

  /** Where another daemon sends a server to: the public address. */
  get transferUrl(): string {
    return `${this.contact.publicUrl}/api/transfers`;
  }

  /** Signs claims with the node's secret (wings-protocol C); the secret itself stays in here. */
  sign(claims: object): string {
    return jwt.sign(claims, createSecretKey(Buffer.from(this.contact.token)), { algorithm: 'HS256' });
  }

  async system(): Promise<WingsSystem> {
    return parseSystem(await this.json('GET', '/system'));
  }

  /**
   * Gives the daemon settings that Go Wings takes from its panel, its credential among them.
   * @returns whether it took them; its operator may have forbidden it. @throws PanelError 409 on wings-rs, which refuses.
   */
  async updateSettings(settings: DaemonSettings): Promise<boolean> {
    if (this.kind === 'rs') throw conflict('This node takes no settings from the panel', 'nodes.unsupported');
    const answer = parseJson((await this.call('POST', '/update', { body: settings })).text);
    return (answer as { applied?: unknown } | null)?.applied === true;
  }

  async listServers(): Promise<WingsServerState[]> {
    return parseServers(await this.json('GET', '/servers', { maximumBytes: 32 * 1024 * 1024 }));
  }

  /** Creates and installs a server; its row must be committed, for the daemon asks the panel before it answers. */
  async createServer(server: { uuid: string; startOnCompletion: boolean; skipScripts: boolean }): Promise<void> {
    const { uuid, startOnCompletion, skipScripts } = server;
    const body = { uuid, start_on_completion: startOnCompletion, skip_scripts: skipScripts };
    await this.call('POST', '/servers', { body, limitMs: LIMITS.create });
  }

  /** Deletes the server with its files. One that the daemon does not know is deleted already. */
  async deleteServer(uuid: string): Promise<void> {
    await this.callUnless404('DELETE', `/servers/${uuid}`, { limitMs: LIMITS.delete });
  }

  /** Asks for a change of power; what comes of it shows only in the state. */
  async power(uuid: string, action: PowerAction): Promise<void> {
    await this.call('POST', `/servers/${uuid}/power`, { body: { action } });
  }

  async sendCommands(uuid: string, commands: readonly string[]): Promise<void> {
    await this.call('POST', `/servers/${uuid}/commands`, { body: { commands } });
  }

  /** Makes the daemon fetch the server's configuration from the panel. */
  async syncServer(uuid: string): Promise<void> {
    await this.call('POST', `/servers/${uuid}/sync`, { body: {}, limitMs: LIMITS.sync });
  }

  async reinstall(uuid: string, { truncateDirectory }: { truncateDirectory: boolean }): Promise<void> {
    const body = { truncate_directory: truncateDirectory };
    await this.call('POST', `/servers/${uuid}/reinstall`, { body, limitMs: LIMITS.reinstall });
  }

  /** @throws PanelError 409 on Go Wings, which cannot. */
  async abortInstall(uuid: string): Promise<void> {
    if (this.kind === 'go') throw conflict('This node cannot stop a running installation', 'nodes.unsupported');
    await this.call('POST', `/servers/${uuid}/install/abort`);
  }

  /** Begins a backup; the daemon reports its end. `ignore`: lines as in a .gitignore. */
  async createBackup(uuid: string, backup: { uuid: string; adapter: string; ignore: string }): Promise<void> {
    await this.call('POST', `/servers/${uuid}/backup`, { body: backup });
  }

  /** Begins to put a backup back; the daemon stops the server first and reports the end. */
  async restoreBackup(
    uuid: string,
    { uuid: backupUuid, adapter, truncateDirectory, downloadUrl }: RestoreOrder,
  ): Promise<void> {
    const body = { adapter, truncate_directory: truncateDirectory, download_url: downloadUrl };
    await this.call('POST', `/servers/${uuid}/backup/${backupUuid}/restore`, { body });
  }

  /** Deletes a backup. One that the daemon does not know is deleted already. */
  async deleteBackup(uuid: string, backup: { uuid: string; adapter: string }): Promise<void> {
    const path = `/servers/${uuid}/backup/${backup.uuid}`;
    await this.callUnless404('DELETE', path, { body: { adapter: backup.adapter }, limitMs: LIMITS.delete });
  }

  /** SHA-256 of the program that the server runs; undefined when the daemon does not know it, as Go Wings never does. */
  async versionHash(uuid: string): Promise<string | undefined> {
    if (this.kind === 'go') return undefined;
    const answer = await this.callUnless404('GET', `/servers/${uuid}/version`);
    return answer === undefined ? undefined : parseVersionHash(parseJson(answer.text));
  }

  /**
   * Deletes a backup that lies in a repository, also after its server is gone; answered when it is done. One that the
   * repository does not know is deleted already. Only wings-rs keeps such backups.
   */
  async deleteStoredBackup(serverUuid: string, { uuid, adapter }: { uuid: string; adapter: string }): Promise<void> {
    const body = { adapter, server: serverUuid, foreground: true };
    await this.callUnless404('DELETE', `/backups/${uuid}`, { body, limitMs: LIMITS.delete });
  }

  /** The last console lines, oldest first; Go Wings keeps 100. */
  async consoleLog(uuid: string, lines: number): Promise<string[]> {
    // Each family reads the parameter it knows.
    const query = `size=${Math.min(lines, GO_LOG_MAXIMUM)}&lines=${lines}`;
    const { contentType, text } = await this.call('GET', `/servers/${uuid}/logs?${query}`);
    return parseLog(contentType, text).slice(-lines);
  }

  /** The last lines of the installation; empty when there are none, and on Go Wings, which does not offer them. */
  async installLog(uuid: string, lines: number): Promise<string[]> {
    const answer = await this.callUnless404('GET', `/servers/${uuid}/logs/install?lines=${lines}`);
    return answer === undefined ? [] : parseLog(answer.contentType, answer.text).slice(-lines);
  }

  /**
   * Replaces what a user may do on his open sockets; an empty list closes them. Go Wings cannot replace: his token is
   * denied there, and a client that still may connect fetches a new one.
   */
  async setSocketPermissions(uuid: string, userUuid: string, permissions: readonly string[]): Promise<void> {
    if (this.kind !== 'go') {
      const body = { user_permissions: [{ user: userUuid, permissions }] };
      if ((await this.callUnless404('POST', `/servers/${uuid}/ws/permissions`, { body })) !== undefined) return;
    }
    await this.denyTokens(uuid, [jtiOf(userUuid, uuid)]);
  }

  /** Refuses tokens with these ids that were issued up to now. */
  async denyTokens(uuid: string, jtis: readonly string[]): Promise<void> {
    await this.call('POST', `/servers/${uuid}/ws/deny`, { body: { jtis } });
  }

  /**
   * Orders the daemon to send a server to another one.
   * @param order `url` is the target's `transferUrl`, `token` a transfer token of the target; only wings-rs takes backups
   * along.
   * @throws WingsRefusal 404 for an unknown server; 409 or 417 while it is locked, also by a transfer.
   */
  async startTransfer(
    uuid: string,
    { url, token, backups }: { url: string; token: string; backups: readonly string[] },
  ): Promise<void> {
    // Go Wings wants the server named; the panel starts it itself afterwards.
    const more =
      this.kind === 'rs'
        ? { ...(backups.length > 0 && { backups, delete_backups: true }) }
        : { server: { uuid, start_on_completion: false } };
    // The daemon sends the token as it is.
    await this.call('POST', `/servers/${uuid}/transfer`, { body: { url, token: `Bearer ${token}`, ...more } });
  }

  /** Calls off sending a server. One that is not being sent is no failure. */
  async cancelTransfer(uuid: string): Promise<void> {
    await this.callUnless(NOTHING_TO_CANCEL, 'DELETE', `/servers/${uuid}/transfer`);
  }

  /** Calls off receiving a server. One that is not being received is no failure. */
  async cancelIncomingTransfer(uuid: string): Promise<void> {
    await this.callUnless(NOTHING_TO_CANCEL, 'DELETE', `/transfers/${uuid}`);
  }

  /** How far the servers are that the daemon sends or receives, by uuid; empty on Go Wings, which does not tell. */
  async transferProgress(): Promise<Map<string, WingsTransferProgress>> {
    if (this.kind === 'go') return new Map();
    const answer = await this.callUnless404('GET', '/transfers');
    return answer === undefined ? new Map() : parseTransfers(parseJson(answer.text));
  }

  /** Closes the user's sockets and SFTP sessions on these servers. */
  async deauthorizeUser(userUuid: string, serverUuids: readonly string[]): Promise<void> {
    const body = { user: userUuid, servers: serverUuids };
    if ((await this.callUnless404('POST', '/deauthorize-user', { body })) !== undefined) return;
    // Go Wings before 1.12 knows only single tokens.
    for (const uuid of serverUuids) await this.denyTokens(uuid, [jtiOf(userUuid, uuid)]);
  }

  private async json(method: Method, path: string, options?: NodeRequest): Promise<unknown> {
    return parseJson((await this.call(method, path, options)).text);
  }

  private callUnless404(method: Method, path: string, options?: NodeRequest): Promise<NodeAnswer | undefined> {
    return this.callUnless([404], method, path, options);
  }

  /** Undefined when the daemon answers with one of the statuses. */
  private async callUnless(
    statuses: readonly number[],
    method: Method,
    path: string,
    options?: NodeRequest,
  ): Promise<NodeAnswer | undefined> {
    try {
      return await this.call(method, path, options);
    } catch (error) {
      if (error instanceof WingsRefusal && statuses.includes(error.daemonStatus)) return undefined;
      throw error;
    }
  }

  private async call(method: Method, path: string, options?: NodeRequest): Promise<NodeAnswer> {
    const answer = await this.transport.request(method, path, options);
    assertSuccess(answer.status);
    return answer;
  }
}
