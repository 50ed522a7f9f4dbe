import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, forbidden, notFound } from '../../common/errors/panel-error.js';
import { Mailer } from '../../common/mail/mailer.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { GeoBlock } from '../../identity/geo-block/geo-block.service.js';
import { Allocations } from '../../nodes/allocations/allocations.service.js';
import { NodePlacement } from '../../nodes/placement/node-placement.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { assertFits, assertMayHaveAnother, assertMinimums } from '../quota/limits.js';
import type { Resources } from '../quota/limits.js';
import { ServerQuota } from '../quota/server-quota.service.js';
import type { QuotaOwner } from '../quota/server-quota.service.js';
import { changedEnvironment } from '../variables/environment.js';
import { assertCountryAllowed } from './country-access.js';
import type { CreatedServer } from './dto/server.dto.js';
import type { CreateServerDto } from './dto/server-input.dto.js';
import { loadEggFor } from './creation-egg.js';
import type { CreationEgg } from './creation-egg.js';
import { ServerProvisioning } from './server-provisioning.service.js';

const DEFAULTS: Resources = { memory: 1024, disk: 10_240, cpu: 100 };

/** Who asks, with the rights that matter here. */
interface Creator {
  readonly userId: number;
  /** Has no quota, may set everything and create for others. */
  readonly isAdmin: boolean;
  readonly seesAllNodes: boolean;
  readonly ipAddress: string;
}

/**
 * Creates servers. Quota, node and port are claimed in one transaction under the owner's lock, and the row is committed
 * before the daemon is told, because the daemon asks for it before it answers.
 */
@Injectable()
export class ServerCreation {
  constructor(
    private readonly prisma: PrismaService,
    private readonly quota: ServerQuota,
    private readonly placement: NodePlacement,
    private readonly allocations: Allocations,
    private readonly provisioning: ServerProvisioning,
    private readonly audit: AuditLog,
    private readonly settings: PanelSettings,
    private readonly mailer: Mailer,
    private readonly geoBlock: GeoBlock,
  ) {}

  /** @throws PanelError with the texts of contract servers.md, POST /api/servers. Nothing remains after any of them. */
  async create(principal: UserPrincipal, dto: CreateServerDto, ipAddress: string): Promise<CreatedServer> {
    const creator: Creator = {
      userId: principal.userId,
      isAdmin: principal.canAsStaff('admin:access'),
      seesAllNodes: principal.canAsStaff('nodes:read'),
      ipAddress,
    };
    if (dto.requestIpv6 === true) throw ipv6Refused();
    if (!creator.isAdmin) assertMinimums(dto);
    const { egg, server } = await this.prisma.$transaction((tx) => this.claim(tx, creator, dto));
    await this.provisioning.provision(server, { install: egg.isInstalled });
    return {
      uuid: server.uuid,
      id: server.uuid,
      nodeId: server.nodeId,
      name: dto.name,
      status: egg.isInstalled ? 'installing' : 'offline',
      gambling: null,
    };
  }

  private async claim(tx: Queryable, creator: Creator, dto: CreateServerDto) {
    const owner = await this.quota.lockOwner(tx, creator.isAdmin ? (dto.userId ?? creator.userId) : creator.userId);
    if (owner === undefined) throw notFound('Owner user not found', 'servers.owner_not_found');
    if (!creator.isAdmin) this.assertAllowed(owner);
    const resources = resourcesFor(dto, owner);
    if (!creator.isAdmin) await this.assertQuota(tx, owner, resources);
    const egg = await loadEggFor(tx, dto, { portal: owner.portalType, isAdmin: creator.isAdmin });
    const environment = changedEnvironment({
      variables: egg.variables,
      stored: {},
      given: dto.environment,
      isStaff: creator.isAdmin,
    });
    const node = await this.placement.choose(tx, {
      ownerId: owner.id,
      tier: owner.portalType,
      seesAllNodes: creator.seesAllNodes,
      ...resources,
      ...(dto.nodeId !== undefined && { nodeId: dto.nodeId }),
      ...(dto.locationId !== undefined && { locationId: dto.locationId }),
    });
    const server = await this.insert(tx, { dto, owner, egg, resources, environment, nodeId: node.id, creator });
    await this.allocations.claimDefault(tx, { nodeId: node.id, serverUuid: server.uuid });
    await this.recordCreation(tx, { creator, server, egg, resources, name: dto.name });
    return { egg, server };
  }

  private async assertQuota(tx: Queryable, owner: QuotaOwner, resources: Resources): Promise<void> {
    const usage = await this.quota.usage(tx, owner.id);
    assertMayHaveAnother(owner.limits, usage);
    assertMinimums(resources);
    assertFits(owner.limits, usage, resources);
  }

  /** What the owner's country and address allow. Of the latter DESIGN 5.17: the setting, or SMTP where it says nothing. */
  private assertAllowed(owner: QuotaOwner): void {
    assertCountryAllowed(owner, this.geoBlock.levelOf(owner.billingCountry));
    const isRequired = this.settings.get('requireVerifiedEmail') ?? this.mailer.isConfigured;
    if (isRequired && !owner.emailVerified) {
      throw forbidden('You must verify your email before creating servers', 'servers.email_not_verified');
    }
  }

  private insert(tx: Queryable, parts: InsertParts): Promise<{ uuid: string; nodeId: number }> {
    const { dto, owner, egg, resources, environment, nodeId, creator } = parts;
    const uuid = randomUUID();
    return tx.server.create({
      data: {
        uuid,
        shortId: uuid.slice(0, 8),
        name: dto.name,
        ownerId: owner.id,
        nodeId,
        eggId: egg.id,
        ...resources,
        dockerImage: egg.dockerImage,
        // The template, never an expanded command: later changes of variables must still have an effect.
        startup: creator.isAdmin && dto.startup ? dto.startup : egg.startup,
        environment,
        kvmPassthrough: egg.requiresKvm || dto.kvmPassthroughEnabled === true,
        installState: egg.isInstalled ? 'installing' : 'installed',
        desiredPower: egg.isInstalled,
      },
      select: { uuid: true, nodeId: true },
    });
  }

  private recordCreation(tx: Queryable, { creator, server, egg, resources, name }: RecordParts): Promise<void> {
    return this.audit.record(
      {
        userId: creator.userId,
        action: 'server:create',
        targetType: 'server',
        targetId: server.uuid,
        ipAddress: creator.ipAddress,
        metadata: { serverName: name, eggId: egg.id, nodeId: server.nodeId, ...resources },
      },
      tx,
    );
  }
}

interface InsertParts {
  readonly dto: CreateServerDto;
  readonly owner: QuotaOwner;
  readonly egg: CreationEgg;
  readonly resources: Resources;
  readonly environment: Record<string, string>;
  readonly nodeId: number;
  readonly creator: Creator;
}

interface RecordParts {
  readonly creator: Creator;
  readonly server: { readonly uuid: string; readonly nodeId: number };
  readonly egg: CreationEgg;
  readonly resources: Resources;
  readonly name: string;
}

/** What was asked for; the account's limit, else a small server, where nothing was. */
function resourcesFor(dto: CreateServerDto, { limits }: QuotaOwner): Resources {
  return {
    memory: dto.memory ?? limits.memory ?? DEFAULTS.memory,
    disk: dto.disk ?? limits.disk ?? DEFAULTS.disk,
    cpu: dto.cpu ?? limits.cpu ?? DEFAULTS.cpu,
  };
}

const ipv6Refused = () =>
  badRequest(
    'IPv6 allocation requests are no longer automatic. Please submit an IP request application instead.',
    'servers.ipv6_by_application',
  );
