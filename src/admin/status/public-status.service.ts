import { Injectable } from '@nestjs/common';
import { PushCache } from '../../common/cache/push-cache.js';
import { Database } from '../../prisma/database.js';
import type { Statement } from '../../prisma/database.js';
import type { PublicStatusResponse } from './dto/public-status.dto.js';

/** Anybody may ask, so the answer is made at most once in this time. */
const LIFETIME_MS = 15_000;
const STATUS = 'status';

interface NodeCounts {
  readonly nodeCount: number;
  readonly online: number;
  readonly degraded: number;
}

/** A node that fails has fresh heartbeats too, bad ones: what counts for "degraded" is when it was well last. */
const COUNT_NODES: Statement = {
  name: 'public_status_nodes',
  text: `
    SELECT count(*)::int AS "nodeCount", count(*) FILTER (WHERE "isOnline")::int AS "online",
           count(*) FILTER (WHERE NOT "isOnline" AND "lastSeenAt" > now() - interval '10 minutes')::int AS "degraded"
    FROM (
      SELECT "lastSeenAt",
             ("healthStatus" = 'ok' AND "healthCheckedAt" > now() - interval '2 minutes') IS TRUE AS "isOnline"
      FROM "Node"
    ) AS nodes`,
};

/** How the panel's nodes are, for everybody. */
@Injectable()
export class PublicStatus {
  private readonly cache: PushCache<string, PublicStatusResponse>;

  constructor(private readonly database: Database) {
    this.cache = new PushCache({ maximum: 1, lifetimeMs: LIFETIME_MS }, () => this.load());
  }

  async read(): Promise<PublicStatusResponse> {
    return this.cache.get(STATUS);
  }

  private async load(): Promise<PublicStatusResponse> {
    const [counts = { nodeCount: 0, online: 0, degraded: 0 }] = await this.database.query<NodeCounts>(COUNT_NODES);
    const { nodeCount, online, degraded } = counts;
    const tunnels = { tunnelCount: 0, tunnelActive: 0, tunnelInactive: 0 };
    const offline = nodeCount - online - degraded;
    return { nodeCount, online, degraded, offline, ...tunnels, status: overall(counts), timestamp: new Date() };
  }
}

function overall({ nodeCount, online, degraded }: NodeCounts): PublicStatusResponse['status'] {
  if (online + degraded === 0) return 'offline';
  return online === nodeCount ? 'online' : 'degraded';
}
