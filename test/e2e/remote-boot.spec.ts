import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { daemonOf, FLAVOURS, headersOf } from '../support/daemons.js';
import { createEgg, createNode, createServer, createUser } from '../support/factories.js';
import type { TestEgg, TestNode, TestUser } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';
import { until } from '../support/until.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';
import type { Flavour } from '../support/wings/types.js';

interface Page {
  data: { uuid: string; settings: { uuid: string } }[];
  meta: Record<string, unknown>;
}

let panel: TestPanel;
let owner: TestUser;
let egg: TestEgg;
const daemons: SimulatedWings[] = [];
beforeAll(async () => {
  panel = await startPanel();
  [owner, egg] = [await createUser(panel), await createEgg(panel)];
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.crash();
});
afterAll(() => panel.close());

/** A node with so many servers, in no order. */
async function nodeWith(count: number): Promise<{ node: TestNode; uuids: string[] }> {
  const node = await createNode(panel);
  const uuids: string[] = [];
  for (let index = 0; index < count; index++) uuids.push((await createServer(panel, { owner, node, egg })).uuid);
  return { node, uuids: uuids.sort() };
}

/** More servers like one, each with a port of its own. */
async function copy(uuid: string, count: number): Promise<void> {
  const { shortId: _shortId, ...like } = await panel.prisma.server.findUniqueOrThrow({ where: { uuid } });
  const copies = Array.from({ length: count }, () => crypto.randomUUID());
  await panel.prisma.server.createMany({
    data: copies.map((own) => ({
      ...like,
      uuid: own,
      shortId: own.slice(0, 8),
      environment: { SERVER_JARFILE: 'server.jar' },
      processConfig: {},
      resources: undefined,
    })),
  });
  await panel.prisma.allocation.createMany({
    data: copies.map((serverUuid, n) => ({
      nodeId: like.nodeId,
      ip: '203.0.113.9',
      port: 30_000 + n,
      serverUuid,
      isDefault: true,
    })),
  });
}

/** The uuid of a new server that is being installed for the first time. */
async function installingOn(node: TestNode): Promise<string> {
  const values = { installState: 'installing', installedAt: null } as const;
  return (await createServer(panel, { owner, node, egg }, values)).uuid;
}

function daemonFor(node: TestNode, flavour: Flavour, options = {}): SimulatedWings {
  const daemon = daemonOf(panel, node, flavour, options);
  daemons.push(daemon);
  return daemon;
}

const pageOf = async (node: TestNode, query: string): Promise<Page> =>
  (await panel.as(node).get<Page>(`/api/remote/servers${query}`)).body;

describe.each(FLAVOURS)('a %s daemon that boots', (flavour) => {
  it.each([0, 1, 50, 51, 120])('gets each of its %i servers exactly once', async (count) => {
    const { node, uuids } = await nodeWith(count);
    await nodeWith(1);
    const report = await daemonFor(node, flavour).boot();
    expect([...report.serverUuids].sort()).toEqual(uuids);
    expect(report.pages).toBe(Math.max(1, Math.ceil(count / 50)));
  });

  it('is told apart from the other family', async () => {
    const { node } = await nodeWith(0);
    await daemonFor(node, flavour).boot();
    const kindOf = async () => (await panel.prisma.node.findUniqueOrThrow({ where: { id: node.id } })).daemonKind;
    await until('the family is known', async () => (await kindOf()) === flavour);
  });

  it('reports that it started, and is answered at once', async () => {
    const { node } = await nodeWith(1);
    const daemon = daemonFor(node, flavour);
    await daemon.boot();
    const reset = await daemon.waitForPanelCall(({ path }) => path === '/servers/reset');
    expect(reset.status).toBe(204);
  });

  it('does not boot with a wrong credential', async () => {
    const { node } = await nodeWith(1);
    const daemon = daemonFor(node, flavour, { token: 'f'.repeat(64) });
    await expect(daemon.boot()).rejects.toThrow('refuses to boot');
    expect(daemon.panelCalls.map(({ status }) => status)).toEqual(daemon.panelCalls.map(() => 401));
  });
});

describe('a daemon that died while it installed', () => {
  const stateOf = async (uuid: string) =>
    (await panel.prisma.server.findUniqueOrThrow({ where: { uuid }, select: { installState: true } })).installState;

  it.each([
    ['go', 'failed', 'its work died with it'],
    ['rs', 'installing', 'it goes on and reports'],
  ] as const)('leaves on %s a server %s: %s', async (flavour, state, _reason) => {
    const { node } = await nodeWith(0);
    const uuid = await installingOn(node);
    const daemon = panel.as({ headers: headersOf(node, flavour) });
    expect((await daemon.post('/api/remote/servers/reset')).status).toBe(204);
    expect((await daemon.post('/api/remote/servers/reset', 'null')).status).toBe(204);
    expect(await stateOf(uuid)).toBe(state);
  });

  it('makes the panel turn to it once, after it had time to listen', async () => {
    const { node } = await nodeWith(0);
    for (let times = 0; times < 3; times++) await panel.as(node).post('/api/remote/servers/reset');
    const waiting = await panel.prisma.$queryRaw<{ seconds: number }[]>`
      SELECT extract(epoch FROM start_after - created_on)::float8 AS seconds FROM pgboss.job
      WHERE name = 'node.reconcile' AND data ->> 'nodeId' = ${String(node.id)}`;
    expect(waiting).toHaveLength(1);
    expect(waiting[0]?.seconds).toBeGreaterThanOrEqual(9);
  });
});

describe('a page of servers', () => {
  let node: TestNode;
  let uuids: string[];
  beforeAll(async () => {
    ({ node, uuids } = await nodeWith(7));
  });

  it('is the first one for page 0 and page 1, and for no page', async () => {
    const first = await pageOf(node, '?page=1&per_page=3');
    expect(first.data.map(({ uuid }) => uuid)).toEqual(uuids.slice(0, 3));
    expect(await pageOf(node, '?page=0&per_page=3')).toEqual(first);
    expect(await pageOf(node, '?per_page=3')).toEqual(first);
  });

  it('tells its place in numbers', async () => {
    expect((await pageOf(node, '?page=2&per_page=3')).meta).toEqual({
      current_page: 2,
      from: 4,
      to: 6,
      last_page: 3,
      per_page: 3,
      total: 7,
      pagination: { total: 7, count: 3, per_page: 3, current_page: 2, total_pages: 3, links: {} },
    });
  });

  it('is empty behind the last one', async () => {
    const { data, meta } = await pageOf(node, '?page=9&per_page=3');
    expect(data).toEqual([]);
    expect(meta).toMatchObject({ current_page: 9, last_page: 3, total: 7, from: null, to: null });
  });

  it.each([
    ['', 50],
    ['?per_page=0', 1],
    ['?per_page=-5', 1],
    ['?per_page=500', 500],
    ['?per_page=501', 500],
    ['?per_page=many', 50],
    ['?per_page=', 50],
    ['?page=one', 50],
    ['?page=1e99&per_page=2', 2],
    ['?per_page=3&per_page=4', 50],
  ])('is served for the query %p', async (query, perPage) => {
    const { meta } = await pageOf(node, query);
    expect(meta['per_page']).toBe(perPage);
  });

  it('of 50 servers costs at most three statements', async () => {
    const { node: large } = await nodeWith(55);
    await pageOf(large, '?page=1&per_page=50');
    expect(await statementsOf(panel, () => pageOf(large, '?page=1&per_page=50'))).toBeLessThanOrEqual(3);
  });

  it('of a node with 500 servers costs no more, whichever it is and however long', async () => {
    const {
      node: large,
      uuids: [template = ''],
    } = await nodeWith(1);
    await copy(template, 499);
    const seen = new Set<string>();
    for (let page = 1; page <= 10; page += 1) {
      const query = `?page=${page}&per_page=50`;
      for (const { uuid } of (await pageOf(large, query)).data) seen.add(uuid);
      expect(await statementsOf(panel, () => pageOf(large, query), 3)).toBeLessThanOrEqual(3);
    }
    expect(seen.size).toBe(500);
    expect(await statementsOf(panel, () => pageOf(large, '?per_page=500'), 3)).toBeLessThanOrEqual(3);
    const daemon = daemonFor(large, 'rs');
    expect((await daemon.boot()).serverUuids).toHaveLength(500);
  }, 120_000);

  it('stays the same list while servers change', async () => {
    const before = await pageOf(node, '?per_page=500');
    await panel.prisma.server.update({ where: { uuid: uuids[3] ?? '' }, data: { name: 'renamed' } });
    const after = await pageOf(node, '?per_page=500');
    expect(after.data.map(({ uuid }) => uuid)).toEqual(before.data.map(({ uuid }) => uuid));
  });
});

describe('a server', () => {
  it('is described, by uuid with dashes and without, also under its older name', async () => {
    const { node, uuids } = await nodeWith(1);
    const [uuid = ''] = uuids;
    const { status, body } = await panel.as(node).get<{ settings: unknown }>(`/api/remote/servers/${uuid}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ uuid, settings: { uuid, suspended: false, build: { memory_limit: 1024 } } });
    const plain = await panel.as(node).get(`/api/remote/servers/${uuid.replaceAll('-', '').toUpperCase()}`);
    expect(plain.body).toEqual(body);
    expect((await panel.as(node).post(`/api/remote/servers/${uuid}/sync`)).body).toEqual(body);
  });

  it.each(['00000000-0000-4000-8000-000000000000', 'nonsense', '%00', '..%2f..', 'a'.repeat(200)])(
    'that does not exist (%p) is not found',
    async (id) => {
      const { node } = await nodeWith(0);
      expect((await panel.as(node).get(`/api/remote/servers/${id}`)).status).toBe(404);
    },
  );
});

describe.each(FLAVOURS)('an installation on a %s daemon', (flavour) => {
  const install = (node: TestNode, uuid: string, body: unknown) =>
    panel.as({ headers: headersOf(node, flavour) }).post(`/api/remote/servers/${uuid}/install`, body);
  const stateOf = (uuid: string) =>
    panel.prisma.server.findUniqueOrThrow({ where: { uuid }, select: { installState: true, installedAt: true } });
  const fresh = async (): Promise<{ node: TestNode; uuid: string }> => {
    const node = await createNode(panel);
    return { node, uuid: await installingOn(node) };
  };

  it('gets its script', async () => {
    const { node, uuid } = await fresh();
    const { status, body } = await panel.as(node).get(`/api/remote/servers/${uuid}/install`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      container_image: 'ghcr.io/example/installer',
      entrypoint: 'bash',
      script: 'echo installed',
    });
  });

  it('ends in an installed server; a repetition changes nothing', async () => {
    const { node, uuid } = await fresh();
    expect((await install(node, uuid, { successful: true, reinstall: false })).status).toBe(204);
    const installed = await stateOf(uuid);
    expect(installed).toEqual({ installState: 'installed', installedAt: expect.any(Date) });
    expect((await install(node, uuid, { successful: true, reinstall: false })).status).toBe(204);
    expect(await stateOf(uuid)).toEqual(installed);
  });

  it('may fail', async () => {
    const { node, uuid } = await fresh();
    expect((await install(node, uuid, { successful: false, reinstall: false })).status).toBe(204);
    expect(await stateOf(uuid)).toEqual({ installState: 'failed', installedAt: null });
  });

  it.each([undefined, 'null', '{}', '[]', { successful: 'yes' }, { successful: true, reinstall: 'no' }])(
    'is not decided by the report %p',
    async (body) => {
      const { node, uuid } = await fresh();
      expect((await install(node, uuid, body)).status).toBe(400);
      expect((await stateOf(uuid)).installState).toBe('installing');
    },
  );

  it.each([
    [true, 'installed'],
    [false, 'failed'],
  ] as const)('is run by the daemon; its success is %p', async (installSucceeds, state) => {
    const node = await createNode(panel);
    const daemon = daemonFor(node, flavour, { installSucceeds });
    daemon.faults.repeatCallbacks = true;
    await daemon.boot();
    // Both of them: a reset that comes later would end the installation.
    await daemon.waitFor(() => daemon.panelCalls.filter(({ path }) => path === '/servers/reset').length === 2);
    const uuid = await installingOn(node);
    const created = await fetch(`${daemon.url}/api/servers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${node.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ uuid, start_on_completion: false, skip_scripts: false }),
    });
    expect(created.status).toBeLessThan(300);
    const reported = await daemon.waitForPanelCall(
      ({ method, path }) => method === 'POST' && path === `/servers/${uuid}/install`,
    );
    expect([reported.status, reported.body]).toEqual([204, { successful: installSucceeds, reinstall: false }]);
    expect((await stateOf(uuid)).installState).toBe(state);
  });
});
