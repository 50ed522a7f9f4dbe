import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { announce, daemonOf } from '../support/daemons.js';
import { createAdmin, createEgg, createNode, createServer, createUser, openSession } from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';
import type { Flavour } from '../support/wings/types.js';

interface Refusal {
  error: string;
  code: string;
}
interface Site {
  node: TestNode;
  daemon: SimulatedWings;
}

let panel: TestPanel;
let owner: TestUser;
let http: HttpClient;
let admin: HttpClient;
let egg: TestEgg;
let rust: Site;
let go: Site;

beforeAll(async () => {
  panel = await startPanel();
  owner = await createUser(panel);
  http = panel.as(await openSession(panel, owner));
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  egg = await createEgg(panel);
  [rust, go] = [await open('rs'), await open('go')];
});
afterAll(async () => {
  for (const { daemon } of [rust, go]) await daemon.crash();
  await panel.close();
});

async function open(flavour: Flavour): Promise<Site> {
  const node = await createNode(panel, { fqdn: `${flavour}.example.test` });
  const daemon = daemonOf(panel, node, flavour);
  await daemon.boot();
  await announce(panel, node, daemon);
  return { node, daemon };
}

/** A server that its daemon knows. */
async function known({ node, daemon }: Site, values = {}): Promise<TestServer> {
  const server = await createServer(panel, { owner, node, egg }, values);
  await daemon.crash();
  await daemon.boot();
  await until('the daemon knows the server', () => daemon.servers.has(server.uuid));
  return server;
}

const of = (server: TestServer, path: string): string => `/api/servers/${server.uuid}/${path}`;

it('tells where a server stands and how players reach it, whatever state the node is in', async () => {
  const node = await createNode(panel, { name: 'fra-1', fqdn: 'fra-1.example.test' });
  const server = await createServer(panel, { owner, node, egg });
  const { ip, port } = await panel.prisma.allocation.findFirstOrThrow({ where: { serverUuid: server.uuid } });
  expect((await http.get(of(server, 'network'))).body).toEqual({
    ip,
    port,
    fqdn: 'fra-1.example.test',
    allocations: [{ ip, port, fqdn: 'fra-1.example.test', is_default: true, notes: null }],
  });
  await panel.prisma.allocation.deleteMany({ where: { serverUuid: server.uuid } });
  expect((await http.get(of(server, 'network'))).body).toEqual({ ip: null, port: null, fqdn: null, allocations: [] });
  const place = { create: { name: 'Frankfurt', shortCode: 'fra' } };
  expect((await http.get(of(server, 'location'))).body).toEqual({
    node: 'fra-1',
    fqdn: 'fra-1.example.test',
    location: null,
  });
  await panel.prisma.node.update({ where: { id: node.id }, data: { location: place } });
  expect((await http.get(of(server, 'location'))).body).toMatchObject({ location: 'Frankfurt' });
  expect((await http.get(of(server, 'console'))).body).toEqual({
    success: true,
    websocket: `/api/servers/${server.uuid}/websocket`,
  });
});

it('tells which build a server runs, and nothing where the node does not know', async () => {
  const server = await known(rust);
  expect((await http.get(of(server, 'version'))).body).toEqual({});
  rust.daemon.server(server.uuid).files.write('/server.jar', Buffer.from('a build'));
  expect((await http.get(of(server, 'version'))).body).toEqual({
    hash: createHash('sha256').update('a build').digest('hex'),
  });
  expect((await http.get(of(await known(go), 'version'))).body).toEqual({});
});

describe('another egg', () => {
  it('brings its image, start command and variables, and keeps the values that both know', async () => {
    const variable = (name: string, value: string) => ({
      name,
      description: '',
      env_variable: name,
      default_value: value,
      user_viewable: true,
      user_editable: true,
      rules: 'required|string',
      field_type: 'text',
    });
    const other = await createEgg(panel, {
      dockerImage: 'ghcr.io/example/node:22',
      dockerImages: { 'Node 22': 'ghcr.io/example/node:22' },
      startup: 'node {{MAIN_FILE}}',
      envVars: [variable('MAIN_FILE', 'index.js'), variable('SERVER_JARFILE', 'unused.jar')],
      fileDenylist: ['.env'],
    });
    const server = await known(rust, {
      environment: { SERVER_JARFILE: 'mine.jar', OLD: '1' },
      processConfig: { startup: { done: ['old'] } },
    });
    const answer = await admin.put(of(server, 'configuration/egg'), { eggId: other.id });
    const shown = {
      id: other.id,
      name: other.name,
      dockerImage: 'ghcr.io/example/node:22',
      dockerImages: { 'Node 22': 'ghcr.io/example/node:22' },
      startup: 'node {{MAIN_FILE}}',
      features: [],
      fileDenylist: ['.env'],
    };
    expect([answer.status, answer.body]).toEqual([200, shown]);
    expect((await http.get(of(server, 'configuration/egg'))).body).toEqual(shown);
    expect(await panel.prisma.server.findUniqueOrThrow({ where: { uuid: server.uuid } })).toMatchObject({
      environment: { MAIN_FILE: 'index.js', SERVER_JARFILE: 'mine.jar' },
      startup: 'node {{MAIN_FILE}}',
      processConfig: {},
    });
    await until('the daemon has fetched it', () =>
      JSON.stringify(rust.daemon.server(server.uuid).settings['container']).includes('ghcr.io/example/node:22'),
    );
  });

  it('installs it when that is wanted', async () => {
    const server = await known(rust);
    const other = await createEgg(panel, { installScript: { script: 'echo hi', container: 'x', entrypoint: 'sh' } });
    const answer = await admin.put(of(server, 'configuration/egg'), { eggId: other.id, reinstall: true });
    expect(answer.status).toBe(200);
    await until('it was installed again', async () => {
      const where = { targetId: server.uuid, action: 'wings:install:complete' };
      return (await panel.prisma.activityEntry.count({ where })) === 1;
    });
  });

  it('is for staff, must exist, and waits for what is under way', async () => {
    const server = await createServer(panel, { owner, node: go.node, egg }, { installState: 'installing' });
    const change = (as: HttpClient, eggId: unknown) => as.put<Refusal>(of(server, 'configuration/egg'), { eggId });
    expect((await change(http, egg.id)).status).toBe(403);
    expect((await change(admin, 'x')).status).toBe(400);
    expect((await change(admin, 999_999)).body).toMatchObject({ error: 'Egg not found' });
    const refused = await change(admin, (await createEgg(panel)).id);
    expect([refused.status, refused.body.code]).toEqual([409, 'servers.installing']);
    const { eggId } = await panel.prisma.server.findUniqueOrThrow({ where: { uuid: server.uuid } });
    expect(eggId).toBe(egg.id);
  });
});

describe('an installation', () => {
  const abort = (server: TestServer) => http.post<Refusal>(of(server, 'install/abort'), {});
  const stateOf = async (server: TestServer) =>
    (await panel.prisma.server.findUniqueOrThrow({ where: { uuid: server.uuid } })).installState;

  it('is stopped on the node, and the server is what it was before', async () => {
    const server = await known(rust);
    rust.daemon.options.installDelayMs = 600_000;
    expect((await http.post(of(server, 'reinstall'), {})).status).toBe(200);
    await until('the node installs', () => rust.daemon.server(server.uuid).lock === 'installing');
    expect(await stateOf(server)).toBe('installing');
    expect((await abort(server)).body).toEqual({ success: true });
    expect(await stateOf(server)).toBe('installed');
    await until('the node has stopped', () => rust.daemon.server(server.uuid).lock === null);
    const again = await abort(server);
    expect([again.status, again.body.code]).toEqual([409, 'servers.not_installing']);
  });

  it('goes on where the node cannot stop it', async () => {
    const server = await createServer(panel, { owner, node: go.node, egg }, { installState: 'installing' });
    const refused = await abort(server);
    expect([refused.status, refused.body.code]).toEqual([409, 'nodes.unsupported']);
    expect(await stateOf(server)).toBe('installing');
  });
});
