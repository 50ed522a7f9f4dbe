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
  readonly scope: ServerScope;
}

/** What is asked for: a server, by somebody who presents a credential. */
export type ConsoleRequest = Pick<ViewerIdentity, 'serverUuid' | 'credential' | 'clientIp'>;

/** A check that may still be under way. */
interface Check {
  result?: Promise<ConsoleRight | undefined>;
}

/** Decides who may be at a console. The same question is asked again whenever something changed. */
@Injectable()
export class ConsoleAccess {
  private readonly newest = new WeakMap<Viewer, Check>();

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
    return { identity, scope };
  }

  /**
   * Asks again whether a viewer may be where he is. He gets the permissions he has now; when he has lost his right he is
   * told so and let out, and when nobody can tell he is cut off, to come back when somebody can.
   * @returns the right; undefined when he is out.
   */
  recheck(viewer: Viewer): Promise<ConsoleRight | undefined> {
    const check: Check = {};
    this.newest.set(viewer, check);
    check.result = this.decide(viewer, check);
    return check.result;
  }

  private async decide(viewer: Viewer, self: Check): Promise<ConsoleRight | undefined> {
    // The event that led here is still being told: whoever keeps what it is about drops that now.
    await Promise.resolve();
    const outcome = await this.check(viewer.identity).catch((error: unknown) => ({ error }));
    // What an older check found may be what was true before the newest one began.
    const newest = this.newest.get(viewer);
    if (newest !== undefined && newest !== self) return newest.result;
    if (!viewer.isOpen) return undefined;
    if (!('error' in outcome)) {
      viewer.authorise(outcome.identity);
      return outcome;
    }
    if (outcome.error instanceof ConsoleRefusal) viewer.refuse(outcome.error.message);
    else viewer.drop();
    return undefined;
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
