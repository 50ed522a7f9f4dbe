import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { Database } from '../../prisma/database.js';

/** A figure that its owner keeps and that is read when somebody asks for the metrics. */
export interface MetricSource {
  /** `panel_console_viewers`, `panel_console_lines_dropped_total` … */
  readonly name: string;
  readonly help: string;
  /** A counter only grows while the process lives; a gauge goes up and down. */
  readonly kind: 'counter' | 'gauge';
  readonly read: () => number;
}

/** The Prometheus registry of this process: figures of Node (memory, event-loop lag, …), SQL statements and what others add. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  constructor(database: Database) {
    collectDefaultMetrics({ register: this.registry });
    this.add({
      name: 'panel_sql_statements_total',
      help: 'SQL statements sent since the start.',
      kind: 'counter',
      read: () => database.statements,
    });
  }

  /** Shows one more figure; each name once. */
  add({ name, help, kind, read }: MetricSource): void {
    const common = { name, help, registers: [this.registry] };
    if (kind === 'gauge') {
      new Gauge({
        ...common,
        collect() {
          this.set(read());
        },
      });
      return;
    }
    new Counter({
      ...common,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}
