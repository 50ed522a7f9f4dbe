import { Injectable } from '@nestjs/common';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import type { WingsServerState } from '../../nodes/wings/wings-answers.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { Database } from '../../prisma/database.js';
import { within } from '../daemon/time-budget.js';
import type { ServerResources } from './dto/resources.dto.js';
import { Reconciliation } from './reconciliation.service.js';
import { RECORD_STATES } from './server-states.sql.js';
import type { RecordedRow } from './server-states.sql.js';

/** What a node, or the console of a server, tells. */
export interface StateReport {
  readonly uuid: string;
  readonly state: string;
  /** Absent when only the state is known. */
  readonly resources?: Omit<ServerResources, 'state'> | null;
}

const STATES = new Set(['offline', 'starting', 'running', 'stopping']);
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const FRESH_FOR_MS = 5_000;
const FRESH_BUDGET_MS = 3_000;

/**
 * The last-known state of every server (DESIGN 5.12): fed by polls and by what consoles hear, it answers lists without
 * asking a daemon.
 */
@Injectable()
export class ServerStates {
  private readonly listings = new Map<number, { at: number; servers: Promise<Map<string, WingsServerState>> }>();

  constructor(
    private readonly database: Database,
    private readonly wings: Wings,
    private readonly bus: EventBus,
    private readonly reconciliation: Reconciliation,
  ) {}

  /**
   * Notes states of servers of this node in one statement; servers of other nodes and unknown states are left out.
   * Tells everybody which states changed.
   */
  async record(nodeId: number, reports: readonly StateReport[]): Promise<void> {
    const known = [...new Map(reports.filter(isUsable).map((report) => [report.uuid.toLowerCase(), report])).values()];
    if (known.length === 0) return;
    const rows = await this.database.query<RecordedRow>(RECORD_STATES, [
      nodeId,
      known.map(({ uuid }) => uuid),
      known.map(({ state }) => state),
      known.map(({ state, resources }) => (resources ? JSON.stringify({ ...resources, state }) : '')),
    ]);
    for (const { uuid, state, changed } of rows) {
      if (changed) this.bus.publish('server.state_changed', { serverUuid: uuid, state });
    }
  }

  /** Asks a node for all its servers and notes the answer. @throws PanelError 502, 504. */
  async poll(nodeId: number): Promise<Map<string, WingsServerState>> {
    const daemon = await this.wings.forNode(nodeId);
    const servers = await daemon.listServers();
    await this.record(nodeId, servers);
    return new Map(servers.map((server) => [server.uuid, server]));
  }

  /**
   * What a node tells now: at most one call every 5 s however many ask, and not longer than 3 s.
   * Undefined when the node is away.
   */
  async fresh(nodeId: number): Promise<Map<string, WingsServerState> | undefined> {
    const kept = this.listings.get(nodeId);
    const servers =
      kept !== undefined && Date.now() - kept.at < FRESH_FOR_MS ? kept.servers : this.startListing(nodeId);
    try {
      return await within(FRESH_BUDGET_MS, servers);
    } catch (error) {
      logger.debug({ nodeId, reason: (error as Error).message }, 'node not asked for fresh states');
      return undefined;
    }
  }

  /** Brings a daemon that has restarted to what the panel wants of its servers. */
  async reconcile(nodeId: number): Promise<void> {
    const servers = await this.poll(nodeId);
    await this.reconciliation.run(nodeId, servers);
  }

  private startListing(nodeId: number): Promise<Map<string, WingsServerState>> {
    const servers = this.poll(nodeId);
    this.listings.set(nodeId, { at: Date.now(), servers });
    return servers;
  }
}

const isUsable = ({ uuid, state }: StateReport): boolean => UUID.test(uuid) && STATES.has(state);
