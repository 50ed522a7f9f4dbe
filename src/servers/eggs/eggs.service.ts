import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog, beforeAndAfter } from '../../common/audit/audit-log.js';
import { listWindow, nameContains } from '../../common/paging/list-search.dto.js';
import type { ListSearchDto } from '../../common/paging/list-search.dto.js';
import { badRequest, conflict, forbidden, notFound, PanelError } from '../../common/errors/panel-error.js';
import { FetchFailed, FetchRefused, safeFetch } from '../../common/net/safe-fetch.js';
import { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { DEFAULT_INSTALL_IMAGE } from '../configuration/install-script.js';
import type { EggDetail, EggSummary } from './dto/egg.dto.js';
import type { ImportEggDto, UpdateEggDto, WriteEggDto } from './dto/egg-input.dto.js';
import { read } from './egg-definition.js';
import { exportEgg } from './egg-export.js';
import type { EggExport } from './dto/egg-export.dto.js';
import { importEgg } from './egg-import.js';
import { EggSync } from './egg-sync.service.js';
import { detailColumns, summaryColumns, toDetail, toSummary } from './egg.mapper.js';

const INSTALL_DEFAULTS = { container: DEFAULT_INSTALL_IMAGE, entrypoint: 'bash' };

/** Kinds of game servers. */
@Injectable()
export class Eggs {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly sync: EggSync,
  ) {}

  /** By name; hidden ones only for those who may read eggs as staff. */
  async list(principal: UserPrincipal): Promise<EggSummary[]> {
    const seesAll = principal.canAsStaff('eggs:read');
    const rows = await this.prisma.egg.findMany({
      ...(!seesAll && { where: { visible: true } }),
      select: summaryColumns,
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
    });
    return rows.map((row) => toSummary(row, seesAll));
  }

  async get(principal: UserPrincipal, id: number): Promise<EggSummary> {
    const seesAll = principal.canAsStaff('eggs:read');
    const row = await this.prisma.egg.findFirst({
      where: { id, ...(!seesAll && { visible: true }) },
      select: summaryColumns,
    });
    if (row === null) throw eggNotFound();
    return toSummary(row, seesAll);
  }

  async listAll(query: ListSearchDto): Promise<EggDetail[]> {
    const part = nameContains(query);
    const rows = await this.prisma.egg.findMany({
      ...(part !== undefined && { where: { OR: [{ name: part }, { author: part }] } }),
      ...listWindow(query),
      select: detailColumns,
      orderBy: [{ name: query.order }, { id: query.order }],
    });
    return rows.map(toDetail);
  }

  async detail(id: number): Promise<EggDetail> {
    const row = await this.prisma.egg.findUnique({ where: { id }, select: detailColumns });
    if (row === null) throw eggNotFound();
    return toDetail(row);
  }

  async create(userId: number, dto: WriteEggDto): Promise<EggDetail> {
    if (!dto.name || !dto.dockerImage || !dto.startup) {
      throw badRequest('name, dockerImage and startup are required', 'eggs.incomplete');
    }
    const { name, dockerImage, startup, ...rest } = dto;
    return this.insert(userId, 'egg:create', {
      name: read.text(name, 'name'),
      dockerImage: read.image(dockerImage, 'dockerImage'),
      startup: read.startup(startup),
      processConfig: read.processConfig(undefined) as unknown as Prisma.InputJsonObject,
      ...changesOf(rest),
    });
  }

  /** @throws PanelError 400 for what is no egg export, with what is wrong; nothing is stored then. */
  async import(userId: number, { json, url }: ImportEggDto): Promise<EggDetail> {
    if (json === undefined && url === undefined) {
      throw badRequest('Provide either json or url in the request body', 'eggs.nothing_to_import');
    }
    const egg = importEgg(json ?? (await fetchEgg(url ?? '')));
    const { installScript, ...columns } = egg;
    return this.insert(userId, 'egg:import', {
      ...(columns as unknown as Prisma.EggCreateInput),
      ...(installScript !== null && { installScript }),
    });
  }

  /** Changes the egg; its servers follow in the background unless they opted out. */
  async update(userId: number, id: number, dto: UpdateEggDto): Promise<EggDetail> {
    const data = changesOf(dto);
    const egg = await this.prisma.$transaction(async (tx) => {
      const before = await tx.egg.findUnique({ where: { id }, select: detailColumns });
      const { count } = await tx.egg.updateMany({ where: { id }, data });
      if (before === null || count === 0) throw eggNotFound();
      await this.record(tx, userId, 'egg:update', id, { changes: beforeAndAfter(before, data) });
      await this.sync.request(tx, id);
      return tx.egg.findUniqueOrThrow({ where: { id }, select: detailColumns });
    });
    return toDetail(egg);
  }

  /** @throws PanelError 409 while servers use it. */
  async delete(userId: number, id: number): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      // The foreign key would refuse as well; this says why.
      const { count } = await tx.egg.deleteMany({ where: { id, servers: { none: {} } } });
      if (count === 0) throw await refusal(tx, id);
      await this.record(tx, userId, 'egg:delete', id);
    });
  }

  /** @throws PanelError 403 for anybody but a superuser, 409 while any egg is in use. */
  async deleteAll(principal: UserPrincipal): Promise<void> {
    if (!principal.actsAsSuperuser) throw forbidden('Egg administration required.', 'eggs.superuser_only');
    await this.prisma.$transaction(async (tx) => {
      if ((await tx.server.findFirst({ select: { uuid: true } })) !== null) throw inUse();
      await tx.egg.deleteMany({});
      await this.audit.record({ userId: principal.userId, action: 'egg:delete-all', targetType: 'egg' }, tx);
    });
  }

  async export(id: number): Promise<EggExport> {
    return exportEgg(await this.detail(id));
  }

  private async insert(userId: number, action: string, data: Prisma.EggCreateInput): Promise<EggDetail> {
    const egg = await this.prisma.$transaction(async (tx) => {
      const row = await tx.egg.create({ data, select: detailColumns });
      await this.record(tx, userId, action, row.id);
      return row;
    });
    return toDetail(egg);
  }

  private record(
    tx: Queryable,
    userId: number,
    action: string,
    id: number,
    metadata?: Prisma.InputJsonObject,
  ): Promise<void> {
    const entry = {
      userId,
      action,
      targetType: 'egg',
      targetId: id,
      ...(metadata !== undefined && { metadata }),
    } as const;
    return this.audit.record(entry, tx);
  }
}

/** Checked columns of what is given; everything else stays. */
function changesOf(dto: UpdateEggDto) {
  const { visible, requiresKvm, rootless } = dto;
  const json = (value: unknown): Prisma.InputJsonObject => value as Prisma.InputJsonObject;
  const script = dto.installScript === undefined ? undefined : read.installScript(dto.installScript, INSTALL_DEFAULTS);
  return {
    ...(dto.name !== undefined && { name: read.text(dto.name, 'name') }),
    ...(dto.description !== undefined && { description: read.optionalText(dto.description, 'description') }),
    ...(dto.author !== undefined && { author: read.optionalText(dto.author, 'author', 191) }),
    ...(dto.dockerImage !== undefined && { dockerImage: read.image(dto.dockerImage, 'dockerImage') }),
    ...(dto.dockerImages !== undefined && { dockerImages: read.images(dto.dockerImages) }),
    ...(dto.startup !== undefined && { startup: read.startup(dto.startup) }),
    ...(dto.envVars !== undefined && { envVars: read.variables(dto.envVars).map((variable) => ({ ...variable })) }),
    ...(dto.configFiles !== undefined && { configFiles: json(read.configFiles(dto.configFiles)) }),
    ...(dto.processConfig !== undefined && { processConfig: json(read.processConfig(dto.processConfig)) }),
    ...(script !== undefined && { installScript: script ?? Prisma.DbNull }),
    ...(dto.features !== undefined && { features: read.texts(dto.features, 'features') }),
    ...(dto.fileDenylist !== undefined && { fileDenylist: read.texts(dto.fileDenylist, 'fileDenylist') }),
    ...(dto.allowedPortals !== undefined && { allowedPortals: read.portals(dto.allowedPortals) }),
    ...(dto.updateUrl !== undefined && { updateUrl: read.url(dto.updateUrl) }),
    ...(visible !== undefined && { visible }),
    ...(requiresKvm !== undefined && { requiresKvm }),
    ...(rootless !== undefined && { rootless }),
  };
}

async function fetchEgg(url: string): Promise<unknown> {
  try {
    return JSON.parse(await safeFetch(url)) as unknown;
  } catch (error) {
    throw notFetched(error);
  }
}

/** What went wrong, without anything that the other side sent. */
function notFetched(error: unknown): PanelError {
  if (error instanceof FetchFailed) {
    return badRequest(`Failed to fetch egg from URL: HTTP ${error.status}`, 'eggs.not_fetched');
  }
  if (error instanceof FetchRefused && /^(URL must|Invalid URL)/.test(error.message)) {
    return badRequest(error.message, 'eggs.invalid_url');
  }
  const refused = refusalIn(error);
  const reason = error instanceof SyntaxError ? 'it is no JSON' : (refused?.message ?? 'the address does not answer');
  return badRequest(`Could not fetch or parse egg URL: ${reason}`, 'eggs.not_fetched');
}

/** The refusal of a connection arrives wrapped. */
function refusalIn(error: unknown): FetchRefused | undefined {
  if (error instanceof FetchRefused) return error;
  const { cause } = (error ?? {}) as { cause?: unknown };
  return cause instanceof FetchRefused ? cause : undefined;
}

async function refusal(tx: Queryable, id: number): Promise<PanelError> {
  const egg = await tx.egg.findUnique({ where: { id }, select: { id: true } });
  return egg === null ? eggNotFound() : inUse();
}

const eggNotFound = (): PanelError => notFound('Egg not found', 'eggs.not_found');
const inUse = (): PanelError => conflict('Servers still use this egg', 'eggs.in_use');
