import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atTheEnd } from './cleanup.ts';
import { fill } from './data-set.ts';
import type { DataSet } from './data-set.ts';
import { freePort } from './net.ts';
import type { DatabaseChoice, Options } from './options.ts';
import { Panel, panelEnvironment } from './panel.ts';
import type { Environment } from './panel.ts';
import { PostgresServer } from './postgres-server.ts';
import type { Product } from './product.ts';

/** A filled database with the settings of a panel for it. */
export interface Site {
  readonly env: Environment;
  readonly data: DataSet;
  /** Where the simulated daemon of the console row has to listen. */
  readonly daemonPort: number;
}

/** What the measurements share: the build, and databases that are made when somebody needs them. */
export class Stage {
  readonly options: Options;
  readonly product: Product;
  private readonly sites = new Map<DatabaseChoice, Promise<Site>>();
  private server: Promise<PostgresServer> | undefined;

  constructor(options: Options, product: Product) {
    this.options = options;
    this.product = product;
  }

  /** @throws Missing without PostgreSQL. */
  site(kind: DatabaseChoice = this.options.database): Promise<Site> {
    const site = this.sites.get(kind) ?? this.makeSite(kind);
    this.sites.set(kind, site);
    return site;
  }

  /** Settings for a panel on a database that is still empty. @throws Missing without PostgreSQL. */
  async environment(kind: DatabaseChoice): Promise<Environment> {
    if (kind === 'pglite') return panelEnvironment();
    this.server ??= PostgresServer.find();
    return panelEnvironment(await (await this.server).newDatabase());
  }

  startPanel(env: Environment, extraRoutes = 0): Promise<Panel> {
    return Panel.start(this.product, env, this.options, extraRoutes);
  }

  private async makeSite(kind: DatabaseChoice): Promise<Site> {
    const env = await this.environment(kind);
    const config = this.product.configFrom(env);
    const database = await this.product.openDatabase(config);
    try {
      const daemonPort = await freePort();
      const addresses = { daemon: `http://127.0.0.1:${daemonPort}`, others: await startStubDaemon() };
      return { env, daemonPort, data: await fill(database, this.product, config, addresses) };
    } finally {
      await database.close();
    }
  }
}

/** Answers for the nodes without a simulated daemon, so that the panel's own polls cost next to nothing. */
function startStubDaemon(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end('[]');
  });
  atTheEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}
