import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Database } from '../../prisma/database.js';
import { OrganisationScope } from './organisation-scope.js';

const MAXIMUM_ID = 2_147_483_647;
const OPTIONS = { maximum: 20_000, lifetimeMs: 300_000 };

const organisationExists = { name: 'organisation_exists', text: 'SELECT 1 FROM "Organisation" WHERE "id" = $1::int' };

export const organisationNotFound = (): PanelError => notFound('Organisation not found', 'organisations.not_found');

/**
 * Who may do what with which organisation. Members are known from the account that is kept in memory, so their requests
 * cost no query; only for others it is looked up, once, whether there is such an organisation.
 */
@Injectable()
export class OrganisationAccess {
  private readonly known: PushCache<number, boolean>;

  constructor(
    private readonly database: Database,
    bus: EventBus,
  ) {
    this.known = new PushCache(OPTIONS, (id: number) => this.load(id));
    bus.on('organisation.changed', ({ organisationId }) => this.known.invalidate(organisationId));
    bus.on('bus.reconnected', () => this.known.clear());
  }

  /**
   * The caller's access; what it allows is the scope's to say.
   * @param reference the id as it stands in the path
   * @throws PanelError 404 `Organisation not found` when there is none, or the API key is bound to another one.
   */
  async require(principal: UserPrincipal, reference: string): Promise<OrganisationScope> {
    const id = /^\d{1,10}$/.test(reference) ? Number(reference) : 0;
    if (id < 1 || id > MAXIMUM_ID) throw organisationNotFound();
    if (principal.boundOrganisation !== undefined && principal.boundOrganisation !== id) throw organisationNotFound();
    const membership = principal.account.memberships.find(({ organisationId }) => organisationId === id);
    if (membership === undefined && !(await this.exists(id))) throw organisationNotFound();
    return new OrganisationScope(id, membership?.role, principal);
  }

  private async exists(id: number): Promise<boolean> {
    const exists = await this.known.get(id);
    // Made-up ids must not push real ones out of memory.
    if (!exists) this.known.invalidate(id);
    return exists;
  }

  private async load(id: number): Promise<boolean> {
    return (await this.database.query(organisationExists, [id])).length > 0;
  }
}
