import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { Database } from './database.js';
import type { Statement } from './database.js';

const MIGRATION_LOCK = 7_231_908_441;
const int8 = 20;
const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => (value: string) => unknown;
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 ? Number : parserOf(oid, format)) as typeof pg.types.getTypeParser,
};

/** PostgreSQL, through one pool that Prisma and the hot statements share. */
export class PostgresDatabase extends Database {
  readonly kind = 'postgresql';
  readonly adapterFactory: WholeScriptAdapterFactory;
  private readonly pool: pg.Pool;

  constructor(url: string, poolSize: number) {
    super();
    this.pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'eclipanel',
    });
    // An idle connection that breaks (a database restart) is replaced by the pool; unhandled it would end the process.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => this.count(client));
    this.adapterFactory = new WholeScriptAdapterFactory(this.pool);
  }

  async query<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.pool.query({ ...statement, values: [...values], types });
    return rows as Row[];
  }

  async executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }> {
    return this.pool.query(text, values === undefined ? undefined : [...values]);
  }

  async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    try {
      await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      return await work();
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private count(client: pg.PoolClient): void {
    const send = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      this.statements += 1;
      return send(...args);
    }) as typeof client.query;
  }
}

/**
 * The published adapter cuts scripts at every semicolon, also within the body of a `DO` block. Sent whole, a migration is
 * besides one transaction: it is applied altogether or not at all.
 */
class WholeScriptAdapterFactory extends PrismaPg {
  constructor(private readonly pool: pg.Pool) {
    super(pool);
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    const whole: Pick<SqlDriverAdapter, 'executeScript'> = {
      executeScript: async (script) => {
        await this.pool.query(script);
      },
    };
    return Object.assign(adapter, whole);
  }
}
