import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { atTheEnd } from './cleanup.ts';
import { startCluster } from './postgres-cluster.ts';

/** The server of `BENCH_DATABASE_URL`, or a private one; every measured panel gets a database of its own there. */
export class PostgresServer {
  private readonly url: string;

  private constructor(url: string) {
    this.url = url;
  }

  /** @throws Missing when no address was given and PostgreSQL is not installed. */
  static async find(): Promise<PostgresServer> {
    return new PostgresServer(process.env['BENCH_DATABASE_URL'] ?? (await startCluster()));
  }

  /** Makes an empty database, which is dropped at the end; gives its address. */
  async newDatabase(): Promise<string> {
    const name = `panel_bench_${randomBytes(4).toString('hex')}`;
    await this.execute(`CREATE DATABASE ${name}`);
    atTheEnd(() => this.execute(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    const address = new URL(this.url);
    address.pathname = `/${name}`;
    return address.href;
  }

  private async execute(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }
}
