import { Readable } from 'node:stream';
import { Injectable, StreamableFile } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { ownOrPermitted } from '../access/target-user.js';
import { csvLine } from '../../common/csv/csv.js';
import { LOG_ENTRY, toLogEntry } from './activity.mapper.js';
import { logFilter } from './activity.service.js';
import type { LogEntryResponse, LogExportQuery } from './dto/activity.dto.js';

/** Entries a query; more are in memory at no time. */
const PAGE = 500;
const COLUMNS = ['id', 'timestamp', 'action', 'targetType', 'targetId', 'ipAddress', 'isRead', 'metadata'] as const;

/** The whole log of an account as a file. */
@Injectable()
export class ActivityExport {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * A stream that reads on only as fast as the client takes it; between two reads no connection is held. The first page
   * is read before: what goes wrong then is answered with an error, later it can only cut the file off.
   */
  async export(caller: UserPrincipal, reference: string, query: LogExportQuery): Promise<StreamableFile> {
    const where = { userId: ownOrPermitted(reference, caller, 'logs:read'), ...logFilter(query) };
    const isCsv = query.format === 'csv';
    const pages = this.pages(where, await this.page(where));
    return new StreamableFile(Readable.from(isCsv ? csvOf(pages) : jsonOf(pages)), {
      type: isCsv ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
      disposition: `attachment; filename="activity.${isCsv ? 'csv' : 'json'}"`,
    });
  }

  /** Newest first. Each page begins behind the last entry of the one before: new entries shift nothing. */
  private async *pages(where: Prisma.ActivityEntryWhereInput, first: Row[]): AsyncGenerator<LogEntryResponse[]> {
    for (let rows = first; ;) {
      yield rows.map(toLogEntry);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      rows = await this.page(where, last);
    }
  }

  private page(where: Prisma.ActivityEntryWhereInput, last?: Row): Promise<Row[]> {
    return this.prisma.activityEntry.findMany({
      where: last === undefined ? where : { AND: [where, behind(last)] },
      orderBy: [{ timestamp: 'desc' }, { id: 'desc' }],
      take: PAGE,
      select: LOG_ENTRY,
    });
  }
}

type Row = Prisma.ActivityEntryGetPayload<{ select: typeof LOG_ENTRY }>;

const behind = ({ timestamp, id }: Row): Prisma.ActivityEntryWhereInput => ({
  timestamp: { lte: timestamp },
  OR: [{ timestamp: { lt: timestamp } }, { id: { lt: id } }],
});

async function* jsonOf(pages: AsyncIterable<LogEntryResponse[]>): AsyncGenerator<string> {
  yield '[';
  let separator = '';
  for await (const entries of pages) {
    if (entries.length === 0) continue;
    yield separator + entries.map((entry) => JSON.stringify(entry)).join(',');
    separator = ',';
  }
  yield ']';
}

async function* csvOf(pages: AsyncIterable<LogEntryResponse[]>): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for await (const entries of pages) {
    const text = entries.map((entry) => csvLine(COLUMNS.map((column) => entry[column]))).join('');
    if (text !== '') yield text;
  }
}
