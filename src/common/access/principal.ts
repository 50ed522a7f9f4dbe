import type { KeyBinding } from './access.js';
import { grants } from './permissions.js';

/** An organisation that an account is a member of, and what it may do there. */
export interface Membership {
  readonly organisationId: number;
  readonly role: 'member' | 'admin' | 'owner';
}

/** What the access layer knows of an account, kept in memory while it has live sessions or keys. */
export interface Account {
  readonly id: number;
  readonly uuid: string;
  readonly email: string;
  readonly role: string | null;
  readonly suspended: boolean;
  readonly pendingDeletionUntil: Date | null;
  /** Permissions of assigned roles and their ancestors. */
  readonly rolePermissions: readonly string[];
  /** `rolePermissions`, or those of the role `default` when there are none. */
  readonly permissions: readonly string[];
  readonly memberships: readonly Membership[];
}

/** How the caller proved who he is. */
export type Proof =
  | { readonly kind: 'session'; readonly sessionId: string }
  | {
      readonly kind: 'api-key';
      readonly apiKeyId: number;
      readonly type: 'client' | 'admin';
      readonly permissions: readonly string[];
      /** The only servers that the key reaches, by uuid; absent: all that its owner reaches. */
      readonly servers?: ReadonlySet<string>;
      /** The only organisation that the key reaches, with the servers on its nodes; absent: all that its owner reaches. */
      readonly organisationId?: number;
    };

const SUPERUSER_ROLES = new Set(['*', 'rootAdmin']);

/** Roles that hold every permission. */
export const isSuperuserRole = (role: string | null): boolean => role !== null && SUPERUSER_ROLES.has(role);

/**
 * A person or his automation. Every check goes through `can`: a key can never do more than its own list AND its
 * owner's present permissions allow.
 */
export class UserPrincipal {
  readonly kind = 'user';

  constructor(
    readonly account: Account,
    readonly proof: Proof,
  ) {}

  get userId(): number {
    return this.account.id;
  }

  get sessionId(): string | undefined {
    return this.proof.kind === 'session' ? this.proof.sessionId : undefined;
  }

  get isSuperuser(): boolean {
    return isSuperuserRole(this.account.role);
  }

  /** A superuser whose credential leaves nothing out: not one of his keys with a list of its own. */
  get actsAsSuperuser(): boolean {
    return this.isSuperuser && this.proofCovers('*');
  }

  /** An admin key of somebody who is still a superuser: sees everything that staff sees. */
  get isAdminKey(): boolean {
    return this.proof.kind === 'api-key' && this.proof.type === 'admin' && this.isSuperuser;
  }

  /** The only servers that the credential reaches, by uuid; undefined: all that its owner reaches. */
  get boundServers(): ReadonlySet<string> | undefined {
    return this.proof.kind === 'api-key' ? this.proof.servers : undefined;
  }

  /** The only organisation that the credential reaches; undefined: all that its owner reaches. */
  get boundOrganisation(): number | undefined {
    return this.proof.kind === 'api-key' ? this.proof.organisationId : undefined;
  }

  /** What the credential is bound to; undefined: to nothing in particular. */
  get binding(): KeyBinding | undefined {
    if (this.boundServers !== undefined) return 'servers';
    return this.boundOrganisation === undefined ? undefined : 'organisation';
  }

  can(permission: string): boolean {
    if (!this.isSuperuser && !grants(this.account.permissions, permission)) return false;
    return this.proofCovers(permission);
  }

  /** Whether the credential itself allows it, whatever its owner may do. Sessions and admin keys have no limit. */
  proofCovers(permission: string): boolean {
    if (this.proof.kind === 'session' || this.proof.type === 'admin') return true;
    return grants(this.proof.permissions, permission);
  }

  /**
   * Like `can`, but the role `default` does not count: for staff rights that must be granted by an assigned role.
   */
  canAsStaff(permission: string): boolean {
    if (!this.isSuperuser && !grants(this.account.rolePermissions, permission)) return false;
    return this.proofCovers(permission);
  }
}

/** A daemon, known by its token. Services that take one put its id into every `where`. */
export class NodePrincipal {
  readonly kind = 'node';

  constructor(
    readonly nodeId: number,
    readonly nodeUuid: string,
    readonly daemonKind: 'go' | 'rs' | 'unknown',
  ) {}
}

export type Principal = UserPrincipal | NodePrincipal;
