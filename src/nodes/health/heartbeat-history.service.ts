import { Injectable } from '@nestjs/common';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { nodeNotFound, nodeRefOf } from '../directory/node-ref.js';
import type { HeartbeatHistoryResponse, HeartbeatPoint } from './dto/heartbeats.dto.js';
import { HISTORY, HISTORY_BY_HOUR, NEWEST_OF_ALL } from './heartbeat-history.sql.js';
import type { HistoryRow, NewestRow } from './heartbeat-history.sql.js';

const DAY_SECONDS = 86_400;
const MOST_POINTS = 2_000;
/** Windows that are answered from the sums by the hour, and their days. */
const DAYS_BY_HOUR: ReadonlyMap<string, number> = new Map([
  ['7d', 7],
  ['30d', 30],
]);

/** How nodes have been, for the administrators' charts. */
@Injectable()
export class HeartbeatHistory {
  constructor(
    private readonly database: Database,
    private readonly prisma: PrismaService,
  ) {}

  /** Node id to its last 200 heartbeats, oldest first; one query for all. */
  async newest(): Promise<Record<string, HeartbeatPoint[]>> {
    const rows = await this.database.query<NewestRow>(NEWEST_OF_ALL);
    return Object.fromEntries(
      rows.map(({ nodeId, beats }) => [
        String(nodeId),
        beats.map(({ timestamp, responseMs, status }) => ({ timestamp, responseMs, status })),
      ]),
    );
  }

  /** @throws PanelError 404. */
  async of(ref: string, window: string): Promise<HeartbeatHistoryResponse> {
    const node = await this.prisma.node.findUnique({ where: nodeRefOf(ref), select: { id: true } });
    if (node === null) throw nodeNotFound();
    const rows = await this.rows(node.id, window);
    const { total = 0, good = 0, average = null } = rows[0] ?? {};
    return {
      points: rows.map(({ timestamp, responseMs, status }) => ({
        timestamp: timestamp.toISOString(),
        responseMs,
        status,
      })),
      summary: {
        uptime_pct: total === 0 ? 100 : Math.round((good / total) * 1000) / 10,
        avg_ms: average === null ? null : Math.round(average),
        total_checks: total,
        window,
      },
    };
  }

  private rows(nodeId: number, window: string): Promise<HistoryRow[]> {
    const days = DAYS_BY_HOUR.get(window);
    if (days !== undefined) return this.database.query<HistoryRow>(HISTORY_BY_HOUR, [nodeId, days * DAY_SECONDS]);
    return this.database.query<HistoryRow>(HISTORY, [nodeId, DAY_SECONDS, MOST_POINTS]);
  }
}
