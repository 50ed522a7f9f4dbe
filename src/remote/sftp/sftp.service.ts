import { Injectable } from '@nestjs/common';
import type { NodePrincipal } from '../../common/access/principal.js';
import { isSuperuserRole } from '../../common/access/principal.js';
import { grants } from '../../common/access/permissions.js';
import { forbidden } from '../../common/errors/panel-error.js';
import { normaliseAddress } from '../../common/net/client-ip.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { AccountCredentials } from '../../identity/auth/account-credentials.js';
import type { AccountRef } from '../../identity/auth/account-credentials.js';
import { Identities } from '../../identity/principals/identities.js';
import { Database } from '../../prisma/database.js';
import { daemonPermissions } from '../../servers/access/daemon-permissions.js';
import { ServerAccess } from '../../servers/access/server-access.service.js';
import type { ServerCaller } from '../../servers/access/server-scope.js';
import type { SftpLogin, SftpSession } from './dto/sftp-login.dto.js';
import { LoginAttempts } from './login-attempts.js';
import type { Attempt } from './login-attempts.js';
import { serversByShortId } from './sftp.sql.js';
import type { SftpServerRow } from './sftp.sql.js';
import { parseSftpUsername } from './sftp-username.js';

/** Decides for the daemons who may log in over SFTP (wings-protocol A.6). */
@Injectable()
export class SftpLogins {
  constructor(
    private readonly database: Database,
    private readonly credentials: AccountCredentials,
    private readonly access: ServerAccess,
    private readonly attempts: LoginAttempts,
    private readonly identities: Identities,
    private readonly settings: PanelSettings,
  ) {}

  /**
   * The session of a good login to a server on the node.
   * @throws PanelError 403 with one text for everything that may be wrong: neither accounts, servers nor locks can be
   * told from it. Never 429, which daemons do not know.
   */
  async authenticate(node: NodePrincipal, login: SftpLogin): Promise<SftpSession> {
    const attempt = attemptOf(node, login);
    if (!(await this.attempts.begin(attempt))) throw refused();
    const session = await this.sessionOf(node, login);
    if (session === undefined) {
      await this.attempts.failed(attempt);
      throw refused();
    }
    await this.attempts.succeeded(attempt);
    return session;
  }

  /**
   * The server is looked for first, and only on the node: a stolen node token is no way to try the passwords of
   * accounts that have nothing there. The credential is checked all the same, so that time tells nothing.
   */
  private async sessionOf(node: NodePrincipal, login: SftpLogin): Promise<SftpSession | undefined> {
    const name = parseSftpUsername(login.username);
    const servers = name === undefined ? [] : await this.serversOf(node, name.shortId);
    const account = await this.verify(login, servers.length === 0 ? '' : (name?.email ?? ''));
    if (account === undefined || isFrozen(account)) return undefined;
    for (const server of servers) {
      const permissions = await this.permissionsOf(account, server.uuid);
      if (permissions === undefined) continue;
      return { user: account.uuid, server: server.uuid, permissions, ignored_files: server.fileDenylist };
    }
    return undefined;
  }

  private serversOf(node: NodePrincipal, shortId: string): Promise<SftpServerRow[]> {
    return this.database.query<SftpServerRow>(serversByShortId, [node.nodeId, shortId]);
  }

  private async verify({ type, password }: SftpLogin, email: string): Promise<AccountRef | undefined> {
    if (type !== 'password') return this.credentials.verifySshKey(email, password);
    const account = await this.credentials.verifyPassword(email, password);
    return account === undefined || (await this.needsKey(account)) ? undefined : account;
  }

  /** SFTP has no place for a second factor, so an operator may demand a key where an account has one. */
  private async needsKey({ id }: AccountRef): Promise<boolean> {
    if (!this.settings.get('sftpKeyOnlyWithTwoFactor')) return false;
    return (await this.identities.account(id)).profile.twoFactorEnabled;
  }

  /**
   * The account's whole list for the daemon, or undefined when it may not have files. A suspended server is closed to
   * staff too: the daemon would refuse every operation.
   */
  private async permissionsOf(account: AccountRef, serverUuid: string): Promise<string[] | undefined> {
    const scope = await this.access.forCaller(callerOf(account), serverUuid);
    if (scope === undefined || scope.suspension !== null || !scope.has('files')) return undefined;
    return daemonPermissions(scope);
  }
}

/** Counted under the name as it is looked up: every spelling of a name is the same name. */
function attemptOf(node: NodePrincipal, { type, username, password, ip }: SftpLogin): Attempt {
  const name = parseSftpUsername(username);
  return {
    nodeId: node.nodeId,
    method: type,
    username: name === undefined ? username.trim().toLowerCase() : `${name.email}.${name.shortId}`,
    secret: password,
    ip: normaliseAddress(ip),
  };
}

/** Files are closed to accounts that are suspended or on their way out, whatever their role. */
function isFrozen({ suspended, pendingDeletionUntil }: AccountRef): boolean {
  return suspended || (pendingDeletionUntil !== null && pendingDeletionUntil.getTime() > Date.now());
}

function callerOf({ id, role, rolePermissions }: AccountRef): ServerCaller {
  return { userId: id, canAsStaff: (permission) => isSuperuserRole(role) || grants(rolePermissions, permission) };
}

const refused = (): Error => forbidden('The user name or password is not valid for this server', 'sftp.refused');
