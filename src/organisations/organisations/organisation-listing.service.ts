import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { organisationNotFound } from '../access/organisation-access.service.js';
import type { OrganisationScope } from '../access/organisation-scope.js';
import type { HandleTaken, OrganisationView } from './dto/organisation.dto.js';
import { isReserved, normaliseHandle } from './handle.js';
import { toDetail, toListed } from './organisation.mapper.js';
import { ORGANISATION_DETAIL, OWN_ORGANISATIONS } from './organisation.sql.js';
import type { OrganisationDetailRow, OwnOrganisationRow } from './organisation.sql.js';

/** Organisations as they are shown: one statement each. */
@Injectable()
export class OrganisationListing {
  private readonly ownHosts: readonly string[];

  constructor(
    private readonly database: Database,
    private readonly prisma: PrismaService,
    config: Config,
  ) {
    this.ownHosts = [config.panelUrl, config.frontendUrl].map((url) => new URL(url).hostname.toLowerCase());
  }

  /** Those the account is a member of, in the order of their ids. */
  async own(userId: number): Promise<OrganisationView[]> {
    const rows = await this.database.query<OwnOrganisationRow>(OWN_ORGANISATIONS, [userId]);
    return rows.map(toListed);
  }

  /** One with its members, and its invitations for those who may see them. @throws PanelError 404. */
  async one(scope: OrganisationScope): Promise<OrganisationView> {
    const values = [scope.id, scope.has('invites')];
    const [row] = await this.database.query<OrganisationDetailRow>(ORGANISATION_DETAIL, values);
    if (row === undefined) throw organisationNotFound();
    return toDetail(row, scope.role);
  }

  /** Whether nobody may take the handle any more. */
  async handleTaken(handle: string): Promise<HandleTaken> {
    const wanted = normaliseHandle(handle);
    if (await this.isReserved(this.prisma, wanted)) return { taken: true };
    const row = await this.prisma.organisation.findUnique({ where: { handle: wanted }, select: { id: true } });
    return { taken: row !== null };
  }

  /** Reserved are names of services, hosts of the panel and hosts of nodes. @param handle normalised */
  async isReserved(tx: Queryable, handle: string): Promise<boolean> {
    if (isReserved(handle, this.ownHosts)) return true;
    const where = { fqdn: { equals: handle, mode: 'insensitive' } } as const;
    return (await tx.node.findFirst({ where, select: { id: true } })) !== null;
  }
}
