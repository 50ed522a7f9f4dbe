import { Injectable } from '@nestjs/common';
import { assertNotFrozen } from '../../common/access/access.guard.js';
import type { UserPrincipal } from '../../common/access/principal.js';
import { PrincipalResolver } from '../../common/access/principal-resolver.js';
import { PanelError } from '../../common/errors/panel-error.js';
import { ServerAccess } from '../access/server-access.service.js';
import type { ServerScope } from '../access/server-scope.js';
import type { Suspension } from '../access/server-suspension.js';
import { CONSOLE_KEY_PERMISSION, consolePermissions } from './console-permissions.js';
import type { Viewer, ViewerIdentity } from './viewer.js';

/** Why somebody may not be at a console; the text is for him (contract servers.md, ws/proxy). */
export class ConsoleRefusal extends Error {}

/** A right to watch, as it was a moment ago. */
export interface ConsoleRight {
  readonly identity: ViewerIdentity;
  /** The node that runs the server. */
  readonly nodeId: number;
}

/** What is asked for: a server, by somebody who presents a credential. */
export type ConsoleRequest = Pick<ViewerIdentity, 'serverUuid' | 'credential' | 'clientIp'>;

/** Decides who may be at a console. The same question is asked again whenever something changed. */
@Injectable()
export class ConsoleAccess {
  constructor(
    private readonly resolver: PrincipalResolver,
    private readonly servers: ServerAccess,
  ) {}

  /** @throws ConsoleRefusal when he may not; anything else means that nobody can tell at the moment. */
  async check(request: ConsoleRequest): Promise<ConsoleRight> {
    const principal = await this.identify(request);
    const scope = await this.servers.of(principal, request.serverUuid);
    if (scope === undefined) throw new ConsoleRefusal('Server not found');
    assertMayWatch(principal, scope);
    const identity = {
      ...request,
      userId: principal.userId,
      userUuid: principal.account.uuid,
      permissions: consolePermissions(principal, scope),
    };
    return { identity, nodeId: scope.nodeId };
  }

  /**
   * Asks again whether a viewer may be where he is. He gets the permissions he has now; when he has lost his right he is
   * told so and let out, and when nobody can tell he is cut off, to come back when somebody can.
   * @returns the right, unless he is out or a later check decides.
   */
  async recheck(viewer: Viewer): Promise<ConsoleRight | undefined> {
    const isNewest = viewer.beginCheck();
    // The event that led here is still being told: whoever keeps what it is about drops that now.
    await Promise.resolve();
    try {
      const right = await this.check(viewer.identity);
      if (!isNewest()) return undefined;
      viewer.authorise(right.identity);
      return right;
    } catch (error) {
      if (!isNewest()) return undefined;
      if (error instanceof ConsoleRefusal) viewer.refuse(error.message);
      else viewer.drop();
      return undefined;
    }
  }

  private async identify({ credential, clientIp }: ConsoleRequest): Promise<UserPrincipal> {
    if (credential.kind === 'none') throw new ConsoleRefusal('Missing authentication token');
    try {
      const { principal } = await this.resolver.resolve(credential, clientIp);
      assertNotFrozen(principal);
      return principal;
    } catch (error) {
      if (!(error instanceof PanelError) || error.status >= 500) throw error;
      throw new ConsoleRefusal(error.status === 401 ? 'Invalid session' : error.message);
    }
  }
}

function assertMayWatch(principal: UserPrincipal, scope: ServerScope): void {
  if (!principal.proofCovers(CONSOLE_KEY_PERMISSION)) throw new ConsoleRefusal('Insufficient permissions (api key)');
  if (!scope.has('console')) throw new ConsoleRefusal('Console access revoked');
  if (scope.suspension !== null && !scope.allows('console')) throw new ConsoleRefusal(lockedText(scope.suspension));
}

function lockedText({ kind, by, reason }: Suspension): string {
  const how = kind === 'dmca' ? 'DMCA takedown' : 'Suspended';
  return `${how} by ${by}: ${reason}. Contact support.`;
}
