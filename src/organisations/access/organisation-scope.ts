import { forbidden } from '../../common/errors/panel-error.js';
import { isAtLeast, ORGANISATION_NEEDS } from './organisation-needs.js';
import type { Need, OrganisationNeed, OrganisationRole } from './organisation-needs.js';

/** An account that asks for an organisation, reduced to what the decision needs. */
export interface OrganisationCaller {
  readonly userId: number;
  /** Whether an assigned role (not the role `default`) and the credential grant a staff permission. */
  canAsStaff(permission: string): boolean;
}

/**
 * One caller's access to one organisation. Made only by `OrganisationAccess`: a service that takes a scope cannot be
 * called without the check, and puts its `id` into every `where`.
 */
export class OrganisationScope {
  constructor(
    readonly id: number,
    /** The caller's own; undefined when he is no member. */
    readonly role: OrganisationRole | undefined,
    private readonly caller: OrganisationCaller,
  ) {}

  /** The account that asks. */
  get userId(): number {
    return this.caller.userId;
  }

  /** Whether the caller has what the need asks for. */
  has(need: OrganisationNeed): boolean {
    const { role } = ORGANISATION_NEEDS[need];
    return (role !== null && this.role !== undefined && isAtLeast(this.role, role)) || this.isStaffFor(need);
  }

  /** Whether the caller has it as staff, whatever he is in the organisation. */
  isStaffFor(need: OrganisationNeed): boolean {
    return ORGANISATION_NEEDS[need].staff.some((permission) => this.caller.canAsStaff(permission));
  }

  /** @throws PanelError 403 with the text of contract orgs-billing.md. */
  require(need: OrganisationNeed): void {
    if (this.has(need)) return;
    const { refusal = 'Forbidden' }: Need = ORGANISATION_NEEDS[need];
    throw forbidden(refusal, 'organisations.forbidden');
  }

  /** The same caller with the role that he has by now; for checks under the organisation's lock. */
  withRole(role: OrganisationRole | undefined): OrganisationScope {
    return new OrganisationScope(this.id, role, this.caller);
  }
}
