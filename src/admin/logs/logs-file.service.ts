import { Readable } from 'node:stream';
import { Injectable, StreamableFile } from '@nestjs/common';
import { csvLine } from '../../common/csv/csv.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { LogFileQueryDto } from './dto/log-query.dto.js';
import type { AdminLogEntry } from './dto/log.dto.js';
import { COLUMNS, filterOf, LogsService } from './logs.service.js';
import type { LogRow } from './logs.service.js';

/** Entries a query; more are in memory at no time. */
const PAGE = 500;
const FIELDS = [
  ...(['id', 'timestamp', 'userId', 'username', 'email', 'action'] as const),
  ...(['targetType', 'targetId', 'ipAddress', 'metadata'] as const),
];

/** The activity log as a file. */
@Injectable()
export class LogsFile {
  constructor(
    private readonly prisma: PrismaService,
    private readonly logs: LogsService,
  ) {}

  /**
   * A stream that reads on only as fast as the client takes it; between two reads no connection is held. The first page
   * is read before: what goes wrong then is answered with an error, later it can only cut the file off.
   */
  async export(query: LogFileQueryDto): Promise<StreamableFile> {
    const where = filterOf(query);
    const isCsv = query.format === 'csv';
    const first = query.type === 'requests' ? [] : await this.page(where);
    const pages = this.pages(where, first);
    return new StreamableFile(Readable.from(isCsv ? csvOf(pages) : jsonOf(pages)), {
      type: isCsv ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
      disposition: `attachment; filename="activity.${isCsv ? 'csv' : 'json'}"`,
    });
  }

  /** Newest first. Each page begins behind the last entry of the one before: new entries shift nothing. */
  private async *pages(where: Prisma.ActivityEntryWhereInput, first: LogRow[]): AsyncGenerator<AdminLogEntry[]> {
    for (let rows = first; ;) {
      yield await this.logs.withAuthors(rows);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      rows = await this.page({ AND: [where, behind(last)] });
    }
  }

  private page(where: Prisma.ActivityEntryWhereInput): Promise<LogRow[]> {
    return this.prisma.activityEntry.findMany({
      where,
      orderBy: [{ timestamp: 'desc' }, { id: 'desc' }],
      take: PAGE,
      select: COLUMNS,
    });
  }
}

const behind = ({ timestamp, id }: LogRow): Prisma.ActivityEntryWhereInput => ({
  timestamp: { lte: timestamp },
  OR: [{ timestamp: { lt: timestamp } }, { id: { lt: id } }],
});

async function* jsonOf(pages: AsyncIterable<AdminLogEntry[]>): AsyncGenerator<string> {
  yield '[';
  let separator = '';
  for await (const entries of pages) {
    if (entries.length === 0) continue;
    yield separator + entries.map((entry) => JSON.stringify(entry)).join(',');
    separator = ',';
  }
  yield ']';
}

async function* csvOf(pages: AsyncIterable<AdminLogEntry[]>): AsyncGenerator<string> {
  yield csvLine(FIELDS);
  for await (const entries of pages) {
    const text = entries.map((entry) => csvLine(FIELDS.map((field) => entry[field]))).join('');
    if (text !== '') yield text;
  }
}
