import { forbidden } from '../../common/errors/panel-error.js';
import { SERVER_NEEDS } from './server-needs.js';
import type { ServerNeed } from './server-needs.js';
import { suspendedError } from './server-suspension.js';
import type { Suspension } from './server-suspension.js';

/** What the access layer keeps in memory of a server and one account. */
export interface ServerFacts {
  readonly uuid: string;
  readonly nodeId: number;
  readonly ownerId: number;
  /** Whose node the server is on; null for nodes of the panel itself. */
  readonly organisationId: number | null;
  readonly suspension: Suspension | null;
  /** Permissions of the account's accepted subuser entry; null without one. */
  readonly subuserPermissions: readonly string[] | null;
}

/** An account that asks for a server, reduced to what the decision needs. */
export interface ServerCaller {
  readonly userId: number;
  /** Whether an assigned role (not the role `default`) and the credential grant a staff permission. */
  canAsStaff(permission: string): boolean;
  /** The only servers that the credential reaches, by uuid; absent: all that the account reaches. */
  readonly boundServers?: ReadonlySet<string> | undefined;
  /** The only organisation on whose nodes the credential reaches servers; absent: no matter whose nodes. */
  readonly boundOrganisation?: number | undefined;
}

/** How the caller relates to the server, strongest first. */
export type ServerRelation = 'staff' | 'owner' | 'subuser';

/**
 * One caller's access to one server. Made only by `ServerAccess`: a service that takes a scope cannot be called without
 * the check, and puts its `uuid` into every `where`.
 */
export class ServerScope {
  constructor(
    private readonly facts: ServerFacts,
    private readonly caller: ServerCaller,
  ) {}

  get uuid(): string {
    return this.facts.uuid;
  }

  get nodeId(): number {
    return this.facts.nodeId;
  }

  get ownerId(): number {
    return this.facts.ownerId;
  }

  /** The account that asks, not the owner. */
  get userId(): number {
    return this.caller.userId;
  }

  get isOwner(): boolean {
    return this.facts.ownerId === this.caller.userId;
  }

  /** Whether the caller may act on every server of the panel. */
  get isStaff(): boolean {
    return SERVER_NEEDS.manage.staff.some((permission) => this.caller.canAsStaff(permission));
  }

  get suspension(): Suspension | null {
    return this.facts.suspension;
  }

  /** What the owner lets this caller do; empty for the owner and for staff, who need no entry. */
  get subuserPermissions(): readonly string[] {
    return this.facts.subuserPermissions ?? [];
  }

  /** Undefined when the caller may not even know that the server exists. */
  get relation(): ServerRelation | undefined {
    if (this.isStaff) return 'staff';
    if (this.isOwner) return 'owner';
    if (this.facts.subuserPermissions !== null) return 'subuser';
    return this.isStaffFor('read') || this.isStaffFor('suspend') || this.isStaffFor('delete') ? 'staff' : undefined;
  }

  /** Whether the caller has what the need asks for, the suspension of the server aside. */
  has(need: ServerNeed): boolean {
    const { owner, subuser } = SERVER_NEEDS[need];
    if (owner && this.isOwner) return true;
    if (this.isStaffFor(need)) return true;
    const permissions = this.facts.subuserPermissions;
    if (permissions === null || subuser === 'none') return false;
    return subuser === 'any' || permissions.includes(subuser) || permissions.includes('*');
  }

  /** Whether the caller may do it now: the need is met, and no suspension stands in the way. */
  allows(need: ServerNeed): boolean {
    return this.has(need) && !this.isRefusedBySuspension(need);
  }

  /** @throws PanelError 403 with the text of contract servers.md. */
  require(need: ServerNeed): void {
    if (!this.has(need)) throw forbidden('Insufficient server permissions', 'servers.insufficient_permissions');
    if (this.isRefusedBySuspension(need)) this.requireActive();
  }

  /** @throws PanelError 403 when the server is suspended or under a DMCA takedown, whoever asks. */
  requireActive(): void {
    if (this.facts.suspension !== null) throw suspendedError(this.facts.suspension);
  }

  /** Whether the caller has it as staff, whatever the owner and the state of the server say. */
  isStaffFor(need: ServerNeed): boolean {
    return SERVER_NEEDS[need].staff.some((permission) => this.caller.canAsStaff(permission));
  }

  private isRefusedBySuspension(need: ServerNeed): boolean {
    return this.facts.suspension !== null && SERVER_NEEDS[need].refusedWhileSuspended && !this.isStaffFor(need);
  }
}
