import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';

/** A hot statement: PostgreSQL parses and plans a named text once a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * The database under Prisma: PostgreSQL through a pool, or the embedded PostgreSQL (PGlite).
 * Hot reads and batches use `query` directly, on the connections that Prisma uses too.
 */
export abstract class Database {
  abstract readonly kind: 'postgresql' | 'embedded';
  /** What Prisma's client and the migrations connect through. */
  abstract readonly adapterFactory: SqlMigrationAwareDriverAdapterFactory;
  /** Statements sent since the start, Prisma's included. */
  statements = 0;

  /** Runs a named statement. 64-bit integers come back as numbers, timestamps as dates, JSON parsed. */
  abstract query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;

  /** Runs text that may hold several statements when there are no values (pg-boss). */
  abstract executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;

  /** Runs the work while no other process migrates the same database. */
  abstract exclusively<Result>(work: () => Promise<Result>): Promise<Result>;

  abstract close(): Promise<void>;
}
