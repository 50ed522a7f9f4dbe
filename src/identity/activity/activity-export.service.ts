import { Readable } from 'node:stream';
import { Injectable, StreamableFile } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { ownOrPermitted } from '../access/target-user.js';
import { csvLine } from './csv.js';
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

  /** A stream that reads on only as fast as the client takes it; between two reads no connection is held. */
  export(caller: UserPrincipal, reference: string, query: LogExportQuery): StreamableFile {
    const where = { userId: ownOrPermitted(reference, caller, 'logs:read'), ...logFilter(query) };
    const isCsv = query.format === 'csv';
    const content = isCsv ? csvOf(this.pages(where)) : jsonOf(this.pages(where));
    return new StreamableFile(Readable.from(content), {
      type: isCsv ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
      disposition: `attachment; filename="activity.${isCsv ? 'csv' : 'json'}"`,
    });
  }

  /** Newest first. Each page begins behind the last entry of the one before: new entries shift nothing. */
  private async *pages(where: Prisma.ActivityEntryWhereInput): AsyncGenerator<LogEntryResponse[]> {
    let behind: Prisma.ActivityEntryWhereInput = {};
    for (;;) {
      const rows = await this.prisma.activityEntry.findMany({
        where: { AND: [where, behind] },
        orderBy: [{ timestamp: 'desc' }, { id: 'desc' }],
        take: PAGE,
        select: LOG_ENTRY,
      });
      yield rows.map(toLogEntry);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      const { timestamp, id } = last;
      behind = { timestamp: { lte: timestamp }, OR: [{ timestamp: { lt: timestamp } }, { id: { lt: id } }] };
    }
  }
}

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
