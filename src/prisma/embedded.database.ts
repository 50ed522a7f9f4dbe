import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { Database } from './database.js';
import type { Statement } from './database.js';
import { DirectoryLock } from './directory-lock.js';

/** What the migrations may create; PostgreSQL finds its extensions by itself. */
const extensions = { pg_trgm };

/** PostgreSQL inside the process (PGlite, WebAssembly): nothing to install, one connection. */
export class EmbeddedDatabase extends Database {
  readonly kind = 'embedded';
  readonly adapterFactory: SqlMigrationAwareDriverAdapterFactory;

  private constructor(
    private readonly pglite: PGlite,
    private readonly lock?: DirectoryLock,
  ) {
    super();
    this.countStatements();
    this.adapterFactory = new AwaitingAdapterFactory(pglite);
  }

  /** Opens the database in a folder; refuses a folder that another live process has open. */
  static async open(directory: string): Promise<EmbeddedDatabase> {
    const lock = await DirectoryLock.acquire(directory);
    try {
      return new EmbeddedDatabase(await PGlite.create({ dataDir: `${directory}/db`, extensions }), lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** A database in memory, optionally from a snapshot made by `dump`. */
  static async inMemory(snapshot?: Blob): Promise<EmbeddedDatabase> {
    return new EmbeddedDatabase(
      await PGlite.create({ extensions, ...(snapshot !== undefined && { loadDataDir: snapshot }) }),
    );
  }

  async query<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.pglite.query<Row>(statement.text, [...values]);
    return rows;
  }

  async executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }> {
    if (values !== undefined && values.length > 0) return this.pglite.query(text, [...values]);
    const results = await this.pglite.exec(text);
    // pg-boss looks for the rows of every statement, as the native driver gives them.
    return { rows: results.flatMap(({ rows }) => rows) };
  }

  /** The folder lock already keeps other processes out. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  /** A snapshot from which `inMemory` starts in a fraction of a second. */
  dump(): Promise<Blob> {
    return this.pglite.dumpDataDir('none');
  }

  async close(): Promise<void> {
    await this.pglite.close();
    await this.lock?.release();
  }

  private countStatements(): void {
    const query = this.pglite.query.bind(this.pglite);
    this.pglite.query = ((...args: Parameters<typeof query>) => {
      this.statements += 1;
      return query(...args);
    }) as typeof this.pglite.query;
  }
}

/** The published adapter starts scripts without waiting for them, so a failing migration would count as applied. */
class AwaitingAdapterFactory implements SqlMigrationAwareDriverAdapterFactory {
  readonly provider = 'postgres';
  readonly adapterName: string;
  private readonly factory: PrismaPGlite;

  constructor(private readonly pglite: PGlite) {
    this.factory = new PrismaPGlite(pglite);
    this.adapterName = this.factory.adapterName;
  }

  async connect(): Promise<SqlDriverAdapter> {
    return awaiting(await this.factory.connect(), this.pglite);
  }

  async connectToShadowDb(): Promise<SqlDriverAdapter> {
    const shadow = await PGlite.create({ extensions });
    const adapter = awaiting(await new PrismaPGlite(shadow).connect(), shadow);
    adapter.dispose = () => shadow.close();
    return adapter;
  }
}

function awaiting(adapter: SqlDriverAdapter, pglite: PGlite): SqlDriverAdapter {
  adapter.executeScript = async (script: string): Promise<void> => {
    await pglite.exec(script);
  };
  return adapter;
}
