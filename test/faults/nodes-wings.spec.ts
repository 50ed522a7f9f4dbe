import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EventBus } from '../../src/common/events/event-bus.js';
import type { WingsClient } from '../../src/nodes/wings/wings-client.js';
import { Wings } from '../../src/nodes/wings/wings.service.js';
import { createNode } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import type { Faults } from '../support/wings/faults.ts';
import { SimulatedWings } from '../support/wings/simulated-wings.ts';
import type { Flavour } from '../support/wings/types.ts';

const SERVER = crypto.randomUUID();
const USER = crypto.randomUUID();
let panel: TestPanel;
let wings: SimulatedWings;
let client: WingsClient;

async function connect(flavour: Flavour = 'rs'): Promise<void> {
  wings = new SimulatedWings({ flavour, clockScale: 0.01 });
  await wings.listenOnly();
  const node = await createNode(panel, { url: wings.url, daemonKind: flavour });
  wings.options.token = node.token;
  client = await panel.app.get(Wings).forNode(node.id);
}

/** A client of a node whose daemon is something else. */
async function clientOf(server: Server): Promise<WingsClient> {
  const { port } = server.address() as AddressInfo;
  const node = await createNode(panel, { url: `http://127.0.0.1:${port}` });
  return panel.app.get(Wings).forNode(node.id);
}

/** A listener that sends these bytes to whoever connects. */
async function answering(bytes: string): Promise<Server> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.resume();
    socket.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Milliseconds and error of a call that must fail. */
async function failure(
  call: Promise<unknown>,
): Promise<{ ms: number; error: { status: number; code: string; message: string } }> {
  const begin = performance.now();
  const error: unknown = await call.then(
    () => ({ message: 'it succeeded' }),
    (thrown: unknown) => thrown,
  );
  return { ms: performance.now() - begin, error: error as { status: number; code: string; message: string } };
}

beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

describe('a daemon that misbehaves ends in a clear error', () => {
  beforeEach(() => connect());
  afterEach(() => wings.crash());

  const UNREACHABLE = [504, 'nodes.unreachable', 'The node cannot be reached'] as const;
  const NONSENSE = [502, 'nodes.bad_answer', 'The node sent an answer that cannot be understood'] as const;
  const FAILED = [502, 'nodes.failed', 'The node failed to do this'] as const;
  const REFUSED = 'The node does not accept the panel; its configuration is out of date';
  const set = (faults: Partial<Faults>) => (): Promise<void> =>
    Promise.resolve(void Object.assign(wings.faults, faults));

  it.each<[string, () => Promise<void>, readonly [status: number, code: string, message: string]]>([
    ['refuses connections', set({ refuseConnections: true }), UNREACHABLE],
    ['is gone', () => wings.crash(), UNREACHABLE],
    ['answers nonsense', set({ garbage: true }), NONSENSE],
    ['answers without end', set({ hugeBody: '/api/system' }), NONSENSE],
    ['redirects', set({ redirectTo: 'http://169.254.169.254/' }), NONSENSE],
    ['fails', set({ status500: true }), FAILED],
    ['refuses the token', set({ wrongToken: true }), [502, 'nodes.credential_refused', REFUSED]],
  ])('when it %s', async (_what, breakIt, [status, code, message]) => {
    await breakIt();
    const { ms, error } = await failure(client.system());
    expect(error).toMatchObject({ status, code, message });
    expect(ms).toBeLessThan(3_000);
    expect(error.message).not.toMatch(/127\.0\.0\.1|http|simulated/);
  });

  it.each([
    ['never answers', { hang: true }],
    ['answers a byte a second', { slowBody: true }],
  ])(
    'when it %s, after 10 seconds',
    async (_what, faults) => {
      wings.options.clockScale = 1;
      await set(faults)();
      const { ms, error } = await failure(client.system());
      expect(error).toMatchObject({ status: 504, code: 'nodes.timeout', message: 'The node did not answer in time' });
      expect(ms).toBeGreaterThan(9_000);
      expect(ms).toBeLessThan(12_000);
    },
    20_000,
  );

  it('when it lists servers of another shape', async () => {
    const bodies = [
      '{}',
      '[1]',
      '[{"state":"running"}]',
      `[{"state":"odd","configuration":{"uuid":"${SERVER}"}}]`,
      '[{"state":"running","configuration":{"uuid":"../../etc"}}]',
    ];
    for (const body of bodies) {
      const server = await answering(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      const odd = await clientOf(server);
      expect((await failure(odd.listServers())).error).toMatchObject({ status: 502, code: 'nodes.bad_answer' });
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const whole = (body: string, length = body.length): string =>
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;

  it.each([
    ['is cut off in the middle of the body', whole('{"version":"1.1', 4_000)],
    ['is cut off in the middle of the headers', 'HTTP/1.1 200 OK\r\ncontent-ty'],
    ['is cut off in the middle of a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"ver'],
    ['is empty', ''],
    ['is a list instead of an object', whole('[]')],
    ['is a number', whole('7')],
    ['is null', whole('null')],
    ['has a number where a text belongs', whole('{"version":7}')],
    ['has an object where a text belongs', whole('{"version":{"major":1}}')],
    ['is 10 MB of blanks', whole(' '.repeat(10_000_000))],
  ])('when its answer %s', async (_what, bytes) => {
    const server = await answering(bytes);
    const odd = await clientOf(server);
    const { error } = await failure(odd.system());
    expect(['nodes.bad_answer', 'nodes.unreachable']).toContain(error.code);
    expect([502, 504]).toContain(error.status);
    expect(error.message).toMatch(/^The node [a-z ]+$/);
    await new Promise((resolve) => server.close(resolve));
  });

  it('when it lists servers with values of the wrong types', async () => {
    const bodies = [
      [{ state: 7, configuration: { uuid: SERVER } }],
      [{ state: 'running', configuration: { uuid: [SERVER] } }],
    ];
    for (const body of bodies) {
      const server = await answering(whole(JSON.stringify(body)));
      const { error } = await failure((await clientOf(server)).listServers());
      expect(error).toMatchObject({ status: 502, code: 'nodes.bad_answer' });
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('when what listens there does not speak HTTP', async () => {
    const server = await answering('SSH-2.0-OpenSSH_9.9\r\n');
    const odd = await clientOf(server);
    expect((await failure(odd.system())).error).toMatchObject({ status: 502, code: 'nodes.bad_answer' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('and its refusals keep the status of the daemon', async () => {
    expect((await failure(client.power(SERVER, 'start'))).error).toMatchObject({
      status: 404,
      daemonStatus: 404,
      code: 'nodes.refused',
    });
    wings.faults.status500 = '/api/servers';
    expect((await failure(client.power(SERVER, 'start'))).error).toMatchObject({ status: 502, daemonStatus: 500 });
  });
});

describe('one node in trouble', () => {
  afterEach(() => wings.crash());

  it('is not asked again and again: after five outages calls fail at once, until it answers a probe', async () => {
    await connect();
    wings.faults.refuseConnections = true;
    for (let call = 0; call < 5; call += 1) await failure(client.system());
    const before = wings.calls.length;
    const { ms, error } = await failure(client.system());
    expect(error).toMatchObject({ code: 'nodes.unreachable' });
    expect(ms).toBeLessThan(50);
    expect(wings.calls.length).toBe(before);
    wings.faults.clear();
    const { transport } = await panel.app.get(Wings).transport(client.nodeId);
    await transport.probe('/system', 1_000, new AbortController().signal);
    expect(await client.system()).toMatchObject({ version: '1.1.0' });
  });

  it('does not slow calls to another', async () => {
    await connect();
    const hanging = { wings, client };
    hanging.wings.faults.hang = true;
    const stuck = Array.from({ length: 20 }, () => failure(hanging.client.system()));
    await connect();
    const begin = performance.now();
    for (let call = 0; call < 20; call += 1) await client.system();
    expect(performance.now() - begin).toBeLessThan(2_000);
    await hanging.wings.crash();
    for (const { error } of await Promise.all(stuck)) expect(error.status).toBe(504);
  }, 20_000);

  it('is reached at its new address as soon as that changes', async () => {
    await connect();
    const old = wings;
    expect(await client.system()).toMatchObject({ version: '1.1.0' });
    const moved = new SimulatedWings({ flavour: 'go', token: old.options.token });
    await moved.listenOnly();
    const { nodeId } = client;
    await panel.prisma.node.update({ where: { id: nodeId }, data: { backendWingsUrl: `${moved.url}/api/` } });
    panel.app.get(EventBus).publish('node.changed', { nodeId });
    const fresh = await panel.app.get(Wings).forNode(nodeId);
    expect(await fresh.system()).toMatchObject({ version: '1.12.1' });
    // Whoever is in the middle of something goes on with what he has.
    expect(await client.system()).toMatchObject({ version: '1.1.0' });
    await moved.crash();
  });
});

describe.each(['go', 'rs'] as const)('a healthy %s daemon', (flavour) => {
  beforeAll(() => connect(flavour));
  afterAll(() => wings.crash());

  it('answers lists and is asked with exactly the headers that daemons accept', async () => {
    expect(await client.listServers()).toEqual([]);
    await failure(client.power(SERVER, 'start'));
    const call = wings.calls.at(-1);
    expect(call?.headers).toMatchObject({
      authorization: `Bearer ${wings.options.token}`,
      'content-type': 'application/json',
    });
    expect(call?.body).toEqual({ action: 'start' });
  });

  it('counts a server that it does not know as deleted', async () => {
    await client.deleteServer(SERVER);
    expect(await client.installLog(SERVER, 10)).toEqual([]);
  });

  it('closes the sockets of a user in the way it can', async () => {
    await client.deauthorizeUser(USER, [SERVER]);
    await failure(client.setSocketPermissions(SERVER, USER, []));
    const paths = wings.calls.map(({ path }) => path);
    expect(paths).toContain('/api/deauthorize-user');
    expect(paths.includes(`/api/servers/${SERVER}/ws/permissions`)).toBe(flavour === 'rs');
    expect(paths).toContain(`/api/servers/${SERVER}/ws/deny`);
  });

  it('may be told to stop an installation only when it can', async () => {
    const { error } = await failure(client.abortInstall(SERVER));
    expect(error.status).toBe(flavour === 'go' ? 409 : 404);
  });
});

describe('addresses that nodes may not have', () => {
  it('are refused when connecting, whatever was stored, and names by what they resolve to', async () => {
    const strict = await startPanel({ env: { NODES_ALLOW_PRIVATE: 'false' } });
    try {
      for (const url of ['http://127.0.0.1:1', 'http://[::1]:1', 'http://169.254.169.254', 'http://localhost:1']) {
        const node = await createNode(strict, { url });
        const call = strict.app
          .get(Wings)
          .forNode(node.id)
          .then((found) => found.system());
        const { error } = await failure(call);
        expect([url, error.code]).toEqual([
          url,
          url.includes('localhost') ? 'nodes.unreachable' : 'nodes.address_forbidden',
        ]);
      }
    } finally {
      await strict.close();
    }
  });
});
