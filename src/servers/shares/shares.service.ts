import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { AuditLog } from '../../common/audit/audit-log.js';
import { digest, randomSecret } from '../../common/crypto/digest.js';
import { Sealer } from '../../common/crypto/sealer.js';
import { badRequest, conflict, notFound } from '../../common/errors/panel-error.js';
import { Config } from '../../config/config.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { ServerFiles } from '../files/files.service.js';
import { ServerPath } from '../files/server-path.js';
import { LIFETIMES } from './dto/shares.dto.js';
import type { CreateShareDto, FileShare } from './dto/shares.dto.js';

/** Links that one server has at a time, those that are over not counted. */
const MAXIMUM = 100;
const DEFAULT_LIFETIME = '1d';
const SEALED_FOR = 'file-share';

const columns = {
  id: true,
  filePath: true,
  expiresIn: true,
  expiresAt: true,
  tokenSealed: true,
  downloads: true,
  maximumDownloads: true,
  active: true,
  createdAt: true,
} as const satisfies Prisma.ServerFileShareSelect;

type ShareRow = Prisma.ServerFileShareGetPayload<{ select: typeof columns }>;

/** Links by which anybody may fetch one file of a server, for the people of the server. */
@Injectable()
export class FileShares {
  constructor(
    private readonly prisma: PrismaService,
    private readonly files: ServerFiles,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  async list({ uuid }: ServerScope): Promise<FileShare[]> {
    const rows = await this.prisma.serverFileShare.findMany({
      where: { serverUuid: uuid },
      select: columns,
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      take: 2 * MAXIMUM,
    });
    return rows.map((row) => this.toShare(row));
  }

  /** @throws PanelError 400, 404 without such a file, 409 at the limit; 502 and 504 of the node. */
  async create(server: ServerScope, dto: CreateShareDto, ipAddress: string): Promise<FileShare> {
    const path = ServerPath.of(dto.filePath);
    await this.requireFile(server, path);
    const wanted = dto.expiresIn ?? DEFAULT_LIFETIME;
    const expiresIn = Object.hasOwn(LIFETIMES, wanted) ? wanted : DEFAULT_LIFETIME;
    const seconds = LIFETIMES[expiresIn] ?? null;
    const token = randomSecret();
    const row = await this.prisma.$transaction(async (tx) => {
      // Whoever else adds a link waits here, so that what is counted stays true.
      await tx.$queryRaw`SELECT 1 FROM "Server" WHERE "uuid" = ${server.uuid}::uuid FOR NO KEY UPDATE`;
      await tx.serverFileShare.deleteMany({ where: { serverUuid: server.uuid, expiresAt: { lt: monthAgo() } } });
      const where = {
        serverUuid: server.uuid,
        active: true,
        OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
      };
      if ((await tx.serverFileShare.count({ where })) >= MAXIMUM) {
        throw conflict(`A server has at most ${MAXIMUM} links`, 'shares.limit_reached');
      }
      const share = await tx.serverFileShare.create({
        data: {
          serverUuid: server.uuid,
          createdById: server.userId,
          byStaff: server.isStaffFor('shares'),
          filePath: path.toString(),
          expiresIn,
          expiresAt: seconds === null ? null : new Date(Date.now() + seconds * 1000),
          maximumDownloads: dto.maximumDownloads ?? null,
          tokenDigest: digest(token),
          tokenSealed: this.sealer.seal(token, SEALED_FOR),
        },
        select: columns,
      });
      const metadata = { share: share.id, filePath: share.filePath, expiresIn };
      await this.record(server, { action: 'server:file:share', ipAddress, metadata }, tx);
      return share;
    });
    return this.toShare(row);
  }

  /** @throws PanelError 404. */
  async remove(server: ServerScope, id: string, ipAddress: string): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const where = { id, serverUuid: server.uuid };
      const { count } = isUUID(id) ? await tx.serverFileShare.deleteMany({ where }) : { count: 0 };
      if (count === 0) throw notFound('Share link not found', 'shares.not_found');
      const metadata = { share: id.toLowerCase() };
      await this.record(server, { action: 'server:file:share:delete', ipAddress, metadata }, tx);
    });
  }

  private async requireFile(server: ServerScope, path: ServerPath): Promise<void> {
    if (path.isRoot) throw badRequest('filePath is required', 'files.no_name');
    const entries = await this.files.list(server, path.parent);
    const entry = entries.find(({ name }) => name === path.name);
    if (entry === undefined) throw notFound('File not found', 'files.not_found');
    if (!entry.is_file) throw badRequest('Only files can be shared', 'shares.no_file');
  }

  private record(
    { userId, uuid }: ServerScope,
    entry: { action: string; ipAddress: string; metadata: Prisma.InputJsonObject },
    tx: Parameters<AuditLog['record']>[1],
  ): Promise<void> {
    return this.audit.record({ userId, targetType: 'server', targetId: uuid, ...entry }, tx);
  }

  private toShare({ tokenSealed, ...row }: ShareRow): FileShare {
    const token = this.sealer.open(tokenSealed, SEALED_FOR);
    const isSpent = row.maximumDownloads !== null && row.downloads >= row.maximumDownloads;
    const isOver = isSpent || (row.expiresAt !== null && row.expiresAt.getTime() <= Date.now());
    const url = `${this.config.panelUrl}/share/${token}`;
    return { ...row, active: row.active && !isOver, token, isFolder: false, url };
  }
}

const monthAgo = (): Date => new Date(Date.now() - 30 * 86_400_000);
