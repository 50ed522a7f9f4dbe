import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { badRequest, notFound } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { ServerAccess } from '../access/server-access.service.js';
import type { SocEntry, SocReportDto, SocReportedResponse } from './dto/soc.dto.js';
import { NEWEST, NEWEST_OF_USER, SAMPLE } from './soc.sql.js';
import type { SocRow } from './soc.sql.js';

const METRICS_BYTES = 65_536;
/** Pages that watch ask often; contract nodes, "Cached 5 s". */
const LIFETIME_MS = 5_000;
/** Key of the overview of everything; accounts begin at 1. */
const EVERYTHING = 0;

/** Figures of servers for the security overview. */
@Injectable()
export class Soc implements OnModuleInit {
  private readonly overviews = new PushCache<number, SocEntry[]>({ maximum: 200, lifetimeMs: LIFETIME_MS }, (key) =>
    this.load(key),
  );

  constructor(
    private readonly database: Database,
    private readonly prisma: PrismaService,
    private readonly access: ServerAccess,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register('soc.sample', () => this.sample(), { cron: '*/5 * * * *', retries: 0 });
  }

  /** Newest first: with `soc:read` of everything, else of the caller's own servers. */
  async overview(caller: UserPrincipal): Promise<SocEntry[]> {
    return this.overviews.get(caller.canAsStaff('soc:read') ? EVERYTHING : caller.userId);
  }

  /**
   * Stores figures. The role `default` may report too, so whoever is no staff may do so only for servers of his own.
   * @throws PanelError 400 for more than 64 KiB; 404 for what is unknown or somebody else's.
   */
  async report(caller: UserPrincipal, { serverId, metrics }: SocReportDto): Promise<SocReportedResponse> {
    if (JSON.stringify(metrics).length > METRICS_BYTES) {
      throw badRequest('metrics must be at most 64 KiB of JSON', 'soc.too_large');
    }
    const subject = serverId.toLowerCase();
    await this.assertMayReport(caller, subject);
    const row = await this.prisma.socData.create({
      data: { serverId: subject, metrics: metrics as Prisma.InputJsonObject },
      select: { id: true, serverId: true, timestamp: true },
    });
    this.overviews.clear();
    return { success: true, entry: toEntry({ ...row, id: Number(row.id), metrics }) };
  }

  async sample(): Promise<void> {
    await this.database.query(SAMPLE);
  }

  private async assertMayReport(caller: UserPrincipal, subject: string): Promise<void> {
    const isStaff = caller.canAsStaff('soc:write');
    if (!subject.startsWith('node:')) {
      if (!isStaff) await this.access.require(caller, subject);
      else if ((await this.prisma.server.count({ where: { uuid: subject } })) === 0) throw unknownServer();
      return;
    }
    const id = Number(subject.slice('node:'.length));
    const isKnown = isStaff && id <= 2_147_483_647 && (await this.prisma.node.count({ where: { id } })) > 0;
    if (!isKnown) throw notFound('Node not found', 'nodes.not_found');
  }

  private async load(key: number): Promise<SocEntry[]> {
    const rows =
      key === EVERYTHING
        ? await this.database.query<SocRow>(NEWEST)
        : await this.database.query<SocRow>(NEWEST_OF_USER, [key]);
    return rows.map(toEntry);
  }
}

const unknownServer = (): Error => notFound('Server not found', 'servers.not_found');

const toEntry = ({ id, serverId, metrics, timestamp }: SocRow): SocEntry => ({
  id,
  serverId,
  metrics,
  timestamp: timestamp.toISOString(),
});
