import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Database } from '../../prisma/database.js';

/** The Prometheus registry of this process. */
@Injectable()
export class PanelMetrics {
  readonly registry = new Registry();

  constructor(database: Database) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'panel_sql_statements_total',
      help: 'SQL statements sent since the start.',
      registers: [this.registry],
      collect() {
        this.set(database.statements);
      },
    });
  }
}
