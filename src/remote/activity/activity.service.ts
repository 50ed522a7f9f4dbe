import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { NodePrincipal } from '../../common/access/principal.js';
import { Database } from '../../prisma/database.js';
import { insertActivity } from './activity.sql.js';
import { toActivityRow } from './activity-event.js';
import type { ActivityRow } from './activity-event.js';
import { jsonBatches } from './json-batches.js';

/** Some 100,000 events; daemons send at most 100 at once unless they were configured otherwise. */
const MAXIMUM_BYTES = 32 * 1024 * 1024;
/** Small enough that neither the event loop nor an embedded database is held for long. */
const BATCH = 200;

/** Takes the daemons' reports of what happened on their servers. */
@Injectable()
export class RemoteActivity {
  constructor(private readonly database: Database) {}

  /**
   * Stores the events of a report. Events of servers that are not on the node, of unknown kinds and of the wrong form
   * are skipped; users that do not exist become nobody. Repeating a report, or a part of it, stores nothing twice.
   * @throws PanelError 400 for a body that is no JSON list, 413 beyond 32 MiB; what came before is kept.
   */
  async report(node: NodePrincipal, body: Readable): Promise<void> {
    try {
      await this.store(node, body.iterator({ destroyOnReturn: false }));
    } catch (error) {
      // Answered with bytes still on their way the connection would be cut, and the daemon would not read why.
      body.resume();
      await finished(body).catch(() => undefined);
      throw error;
    }
  }

  private async store({ nodeId }: NodePrincipal, body: AsyncIterable<Buffer>): Promise<void> {
    for await (const batch of jsonBatches(body, { maximumBytes: MAXIMUM_BYTES, size: BATCH })) {
      const now = Date.now();
      const rows = batch.flatMap((entry) => toActivityRow(entry, nodeId, now) ?? []);
      if (rows.length > 0) await this.insert(nodeId, rows);
      // Others get their turn in between: the embedded database works on this thread.
      await nextTurn();
    }
  }

  private async insert(nodeId: number, rows: readonly ActivityRow[]): Promise<void> {
    await this.database.query(insertActivity, [
      nodeId,
      rows.map((row) => row.server),
      rows.map((row) => row.user),
      rows.map((row) => row.action),
      rows.map((row) => row.metadata),
      rows.map((row) => row.ip),
      rows.map((row) => row.at),
      rows.map((row) => row.dedupeKey),
    ]);
  }
}
