import { insertEgg, insertNodes, insertServers, insertUsers } from './data-set.ts';
import type { FleetOrder } from './fleet-nodes.ts';
import { freePort } from './net.ts';
import type { Environment } from './panel.ts';
import type { Stage } from './stage.ts';

export const PROBE_SECONDS = 30;
/** Nothing is due before the panel has started. */
const START_SECONDS = 10;
/** User 1 owns this many of the servers, user 2 the others. */
const OWN_SERVERS = 25;
const USERS = 2;

/** A panel with a large fleet: what it runs with, and what its daemons need. */
export interface FleetSite {
  readonly env: Environment;
  readonly order: FleetOrder;
}

/** A database of its own with many nodes, one running server on each. @throws Missing without PostgreSQL. */
export async function fleetSite(stage: Stage): Promise<FleetSite> {
  const { product, options } = stage;
  const env: Environment = {
    ...(await stage.environment('postgresql')),
    NODE_PROBE_INTERVAL_SECONDS: String(PROBE_SECONDS),
  };
  const config = product.configFrom(env);
  const database = await product.openDatabase(config);
  try {
    const port = await freePort();
    const urls = Array.from({ length: options.nodes }, (_, n) => `http://127.0.0.1:${port}/${n + 1}`);
    await insertUsers(database, config, USERS);
    const tokens = await insertNodes(database, product, config, urls);
    await insertEgg(database);
    const owner = `CASE WHEN n <= ${OWN_SERVERS} THEN 1 ELSE 2 END`;
    await insertServers(database, { count: options.nodes, owner, node: 'n' });
    // As in the middle of service: not all are due at the same moment.
    await database.executeSql(`
      UPDATE "Node" SET
        "nextProbeAt" = now() + make_interval(secs => ${START_SECONDS} + random() * ${PROBE_SECONDS}),
        "nextPollAt" = now() + make_interval(secs => ${START_SECONDS} + random() * ${PROBE_SECONDS})`);
    await database.executeSql('ANALYZE');
    const { rows } = await database.executeSql(`
      SELECT s."uuid" AS "serverUuid", u."uuid" AS "userUuid"
      FROM "Server" s JOIN "User" u ON u."id" = s."ownerId" ORDER BY s."nodeId"`);
    const uuids = rows as { serverUuid: string; userUuid: string }[];
    const nodes = tokens.map((token, index) => ({ ...token, serverUuid: '', userUuid: '', ...uuids[index] }));
    return { env, order: { panelUrl: env['PANEL_URL'] ?? '', port, nodes } };
  } finally {
    await database.close();
  }
}
