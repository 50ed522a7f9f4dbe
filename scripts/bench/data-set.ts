import { randomBytes, randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import type { Config } from '../../src/config/config.js';
import type { Database } from '../../src/prisma/database.js';
import type { Product } from './product.ts';

/** How much there is (the sizes of issue and documentation: a mid-sized host). */
export const SIZES = { users: 1_000, servers: 5_000, nodes: 50, viewers: 50, bootServers: 500 } as const;

export const PASSWORD = 'bench-password-1';

/** E-mail of the n-th user: 1 owns 25 servers, 2 owns 200, 3 to 52 watch the console of one server, the last is rootAdmin. */
export const emailOf = (n: number): string => `user${n}@bench.invalid`;

export const OWNER_OF_25 = 1;
export const OWNER_OF_200 = 2;
export const ADMIN = SIZES.users;
const FIRST_VIEWER = 3;
export const VIEWERS = Array.from({ length: SIZES.viewers }, (_, index) => FIRST_VIEWER + index);

/** What a daemon calls the panel with. */
export interface NodeToken {
  readonly tokenId: string;
  readonly token: string;
}

/** A node as the bench calls the panel with it. */
export interface BenchNode extends NodeToken {
  readonly id: number;
  readonly uuid: string;
  readonly serverUuids: readonly string[];
}

export interface DataSet {
  /** A node that nobody answers for; its servers are asked for and reported about. */
  readonly busyNode: BenchNode;
  /** The node of the console row; a simulated daemon answers at the address given to `fill`. */
  readonly consoleNode: BenchNode;
  /** A node with 500 servers, for the boot of its daemon. */
  readonly bootNode: BenchNode;
  readonly ownedServer: string;
  readonly userUuid: string;
}

/** The node with 500 servers comes after all others. */
const BOOT_NODE = SIZES.nodes + 1;

/** Fills an empty, migrated database with rows as they look after months of service. */
export async function fill(
  database: Database,
  product: Product,
  config: Config,
  addresses: { daemon: string; others: string },
): Promise<DataSet> {
  await insertUsers(database, config, SIZES.users);
  const urls = Array.from({ length: BOOT_NODE }, (_, n) => (n === 0 ? addresses.daemon : addresses.others));
  const secrets = await insertNodes(database, product, config, urls);
  // Nobody probes them: that would be work beside what is measured.
  await database.executeSql(`UPDATE "Node" SET "nextProbeAt" = now() + interval '1 day'`);
  await insertEgg(database);
  await insertServers(database, PLACES);
  await insertAllocations(database);
  await insertSubusers(database);
  await database.executeSql('ANALYZE');
  const [consoleNode, busyNode, bootNode] = await Promise.all(
    [1, 2, BOOT_NODE].map((id) => readNode(database, id, secrets[id - 1])),
  );
  if (!consoleNode || !busyNode || !bootNode) throw new Error('the data set lacks its nodes');
  const [owned] = await rows<{ uuid: string }>(database, 'SELECT "uuid" FROM "Server" WHERE "ownerId" = 1 LIMIT 1');
  const [user] = await rows<{ uuid: string }>(database, 'SELECT "uuid" FROM "User" WHERE "id" = 1');
  return { busyNode, consoleNode, bootNode, ownedServer: owned?.uuid ?? '', userUuid: user?.uuid ?? randomUUID() };
}

async function rows<Row>(database: Database, text: string, values: unknown[] = []): Promise<Row[]> {
  return (await database.executeSql(text, values)).rows as Row[];
}

/** So many accounts with the password of all; the last is rootAdmin. */
export async function insertUsers(database: Database, config: Config, count: number): Promise<void> {
  const passwordHash = await hash(PASSWORD, {
    memoryCost: config.env.ARGON2_MEMORY_KIB,
    timeCost: config.env.ARGON2_ITERATIONS,
    parallelism: 1,
  });
  await database.executeSql(
    `INSERT INTO "User" ("id", "email", "passwordHash", "firstName", "lastName", "emailVerified", "role")
     SELECT n, 'user' || n || '@bench.invalid', $1, 'Bench', 'User ' || n, true, CASE WHEN n = $2::int THEN 'rootAdmin' END
     FROM generate_series(1, $2::int) n`,
    [passwordHash, count],
  );
  await database.executeSql(`SELECT setval(pg_get_serial_sequence('"User"', 'id'), ${count})`);
}

/** A healthy node for each address, numbered from 1. */
export async function insertNodes(
  database: Database,
  product: Product,
  config: Config,
  urls: readonly string[],
): Promise<NodeToken[]> {
  const nodeSecrets = new product.NodeSecrets(new product.Sealer(config));
  const secrets = urls.map(() => ({
    tokenId: randomBytes(8).toString('hex'),
    token: randomBytes(32).toString('hex'),
  }));
  const columns = secrets.map(({ token }) => nodeSecrets.tokenColumns(token));
  await database.executeSql(
    `INSERT INTO "Node" ("name", "url", "useSsl", "nodeType", "tokenId", "tokenDigest", "tokenSealed", "daemonKind",
                         "daemonVersion", "healthStatus", "healthCheckedAt", "lastSeenAt")
     SELECT 'node ' || n, url, false, 'free_and_paid', id, decode(digest, 'hex'), sealed, 'rs', '1.1.0', 'ok', now(), now()
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS node(id, digest, sealed, url, n)`,
    [
      secrets.map(({ tokenId }) => tokenId),
      columns.map(({ tokenDigest }) => Buffer.from(tokenDigest).toString('hex')),
      columns.map(({ tokenSealed }) => tokenSealed),
      urls,
    ],
  );
  return secrets;
}

/** As large as the eggs that people import. */
export async function insertEgg(database: Database): Promise<void> {
  const variable = (name: string, value: string): object => ({
    name,
    description: `The ${name} of the server.`,
    env_variable: name,
    default_value: value,
    user_viewable: true,
    user_editable: true,
    rules: 'required|string|max:32',
    field_type: 'text',
  });
  await database.executeSql(
    `INSERT INTO "Egg" ("name", "description", "author", "dockerImage", "dockerImages", "startup", "envVars", "configFiles",
                        "processConfig", "installScript")
     VALUES ('Paper', 'A Minecraft server.', 'bench@bench.invalid', 'ghcr.io/parkervcp/yolks:java_21', $1, $2, $3, $4, $5, $6)`,
    [
      JSON.stringify({ 'Java 21': 'ghcr.io/parkervcp/yolks:java_21', 'Java 17': 'ghcr.io/parkervcp/yolks:java_17' }),
      'java -Xms128M -Xmx{{SERVER_MEMORY}}M -jar {{SERVER_JARFILE}}',
      JSON.stringify([
        variable('MINECRAFT_VERSION', 'latest'),
        variable('SERVER_JARFILE', 'server.jar'),
        variable('BUILD_NUMBER', 'latest'),
      ]),
      JSON.stringify({
        'server.properties': {
          parser: 'properties',
          find: {
            'server-ip': '0.0.0.0',
            'server-port': '{{server.build.default.port}}',
            'query.port': '{{server.build.default.port}}',
          },
        },
      }),
      JSON.stringify({
        startup: { done: [')! For help, type '], user_interaction: [], strip_ansi: false },
        stop: { type: 'command', value: 'stop' },
        configs: [],
      }),
      JSON.stringify({
        script: '#!/bin/ash\necho installing',
        container: 'ghcr.io/parkervcp/installers:alpine',
        entrypoint: 'ash',
      }),
    ],
  );
}

/** What a query selects as the nodes' and the owners' ids of server `n`. */
export interface ServerPlaces {
  readonly count: number;
  readonly owner: string;
  readonly node: string;
}

/** Server n: the first 25 belong to user 1, the next 200 to user 2, the rest to the others in turn; nodes in turn. */
const PLACES: ServerPlaces = {
  count: SIZES.servers + SIZES.bootServers,
  owner: `CASE WHEN n <= 25 THEN ${OWNER_OF_25} WHEN n <= 225 THEN ${OWNER_OF_200} ELSE 3 + n % ${SIZES.users - 2} END`,
  node: `CASE WHEN n <= ${SIZES.servers} THEN 1 + n % ${SIZES.nodes} ELSE ${BOOT_NODE} END`,
};

/** Running servers of the only egg. */
export async function insertServers(database: Database, { count, owner, node }: ServerPlaces): Promise<void> {
  await database.executeSql(
    `WITH numbered AS MATERIALIZED (SELECT n, gen_random_uuid() AS uuid FROM generate_series(1, $1::int) n)
     INSERT INTO "Server" ("uuid", "shortId", "name", "ownerId", "nodeId", "eggId", "memory", "disk", "cpu", "dockerImage",
                           "startup", "environment", "installState", "installedAt", "desiredPower", "state", "resources", "stateAt")
     SELECT uuid, left(uuid::text, 8), 'Survival ' || n,
            ${owner}, ${node}, 1, 4096, 20480, 200, 'ghcr.io/parkervcp/yolks:java_21',
            'java -Xms128M -Xmx{{SERVER_MEMORY}}M -jar {{SERVER_JARFILE}}', $2, 'installed', now(), true, 'running', $3, now()
     FROM numbered`,
    [
      count,
      JSON.stringify({ MINECRAFT_VERSION: '1.21.4', SERVER_JARFILE: 'server.jar', BUILD_NUMBER: '232' }),
      JSON.stringify({
        state: 'running',
        memory_bytes: 2_184_183_808,
        memory_limit_bytes: 4_294_967_296,
        cpu_absolute: 37.412,
        disk_bytes: 3_221_225_472,
        uptime: 86_400_000,
        network: { rx_bytes: 123_456_789, tx_bytes: 987_654_321 },
      }),
    ],
  );
}

/** Two ports a server, and as many free ones. */
async function insertAllocations(database: Database): Promise<void> {
  await database.executeSql(`
    INSERT INTO "Allocation" ("nodeId", "ip", "port", "serverUuid", "isDefault")
    SELECT "nodeId", '203.0.113.' || "nodeId", 20000 + 2 * place + extra, "uuid", extra = 0
    FROM (SELECT "nodeId", "uuid", row_number() OVER (PARTITION BY "nodeId" ORDER BY "uuid") AS place FROM "Server") s,
         generate_series(0, 1) extra`);
  await database.executeSql(`
    INSERT INTO "Allocation" ("nodeId", "ip", "port")
    SELECT "id", '203.0.113.' || "id", 40000 + port FROM "Node", generate_series(1, 200) port`);
}

/** The viewers may watch the console of the first server of node 1. */
async function insertSubusers(database: Database): Promise<void> {
  await database.executeSql(`
    INSERT INTO "ServerSubuser" ("serverUuid", "userId", "permissions", "accepted")
    SELECT (SELECT min("uuid"::text)::uuid FROM "Server" WHERE "nodeId" = 1), viewer, '{console}', true
    FROM generate_series(${FIRST_VIEWER}, ${FIRST_VIEWER + SIZES.viewers - 1}) viewer`);
}

async function readNode(
  database: Database,
  id: number,
  secrets: NodeToken | undefined,
): Promise<BenchNode | undefined> {
  const [node] = await rows<{ uuid: string }>(database, 'SELECT "uuid" FROM "Node" WHERE "id" = $1', [id]);
  const servers = await rows<{ uuid: string }>(
    database,
    'SELECT "uuid" FROM "Server" WHERE "nodeId" = $1 ORDER BY "uuid"::text',
    [id],
  );
  if (node === undefined || secrets === undefined) return undefined;
  return { id, uuid: node.uuid, ...secrets, serverUuids: servers.map(({ uuid }) => uuid) };
}
