import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsoleBench, linesOf } from '../support/console-bench.js';
import { createApiKey } from '../support/factories.js';
import { until } from '../support/until.js';

let bench: ConsoleBench;
beforeAll(async () => {
  bench = await ConsoleBench.open();
});
afterAll(() => bench.close());

describe.each(['go', 'rs'] as const)('the console of a server on %s', (flavour) => {
  it('greets with the rights and the state, then shows what was printed and what is printed', async () => {
    const { session, uuid, wings } = await bench.stage(flavour);
    wings.printLine(uuid, 'printed before');
    const client = await bench.watchLive(session, uuid);
    await client.waitForFrame('console output');
    wings.printLine(uuid, 'printed now');
    await until('both lines arrived', () => linesOf(client).length === 2);

    expect(linesOf(client)).toEqual(['printed before', 'printed now']);
    expect(client.frames[0]).toEqual({
      event: 'auth success',
      args: ['*', 'admin.websocket.install', 'admin.websocket.transfer'],
    });
    expect(client.framesOf('status').map((frame) => frame.args[0])).toEqual(['Connecting...', 'Connected', 'running']);
  });

  it('is one connection to the daemon for two browsers, and the second sees the backlog once', async () => {
    const { session, uuid, wings } = await bench.stage(flavour);
    const first = await bench.watchLive(session, uuid);
    wings.printLine(uuid, 'one');
    wings.printLine(uuid, 'two');
    await until('the first has both', () => linesOf(first).length === 2);
    const second = await bench.watchLive(session, uuid);
    wings.printLine(uuid, 'three');
    await until('both have all', () => linesOf(first).length === 3 && linesOf(second).length === 3);

    expect(wings.upstreamSockets(uuid)).toBe(1);
    expect(linesOf(second)).toEqual(['one', 'two', 'three']);
    expect(linesOf(first)).toEqual(['one', 'two', 'three']);
  });

  it('takes commands and records who gave them', async () => {
    const { session, uuid, wings, owner } = await bench.stage(flavour);
    const client = await bench.watchLive(session, uuid);
    client.send('send command', ['say hello']);
    await client.waitForFrame((frame) => String(frame.args[0]).includes('executed say hello'));

    const entry = await until('the activity is there', () =>
      bench.panel.prisma.activityEntry.findFirst({ where: { action: 'server:console:command', targetId: uuid } }),
    );
    expect(entry).toMatchObject({ userId: owner.id, metadata: { command: 'say hello' }, ipAddress: '127.0.0.1' });
    expect(wings.server(uuid).logs).toContain('[Server thread/INFO]: executed say hello');
  });

  it('takes power actions', async () => {
    const { session, uuid, wings } = await bench.stage(flavour);
    const client = await bench.watchLive(session, uuid);
    client.send('set state', ['kill']);
    await client.waitForFrame((frame) => frame.event === 'status' && frame.args[0] === 'offline');
    expect(wings.server(uuid).state).toBe('offline');
  });

  it('passes statistics on as the daemon words them, and answers who asks for them', async () => {
    const { session, uuid } = await bench.stage(flavour, undefined, { statsIntervalMs: 50 });
    const client = await bench.watchLive(session, uuid);
    const stats = await client.waitForFrame('stats');
    expect(stats.args).toHaveLength(1);
    expect(JSON.parse(String(stats.args[0]))).toMatchObject({ state: 'running', memory_bytes: expect.any(Number) });

    const late = await bench.watchLive(session, uuid);
    late.send('send stats', []);
    await late.waitForFrame('stats');
  });

  it('opens directly at the daemon with the token that comes beside the ticket', async () => {
    const { session, uuid, wings } = await bench.stage(flavour);
    const connection = await bench.connection(session, uuid);
    expect(connection).toMatchObject({
      direct: true,
      direct_socket: `${wings.url.replace('http', 'ws')}/api/servers/${uuid}/ws`,
    });
    const client = await bench.connect(connection.direct_socket, { origin: bench.panel.config.panelUrl });
    client.send('auth', [connection.token]);
    await client.waitForFrame('auth success');
  });
});

describe('the relay', () => {
  it('sends the backlog to who does not ask, and not a second time when he asks then', async () => {
    const { session, uuid, wings } = await bench.stage();
    const first = await bench.watchLive(session, uuid);
    wings.printLine(uuid, 'one');
    await until('the room has it', () => linesOf(first).length === 1);

    const silent = await bench.watch(session, uuid);
    await silent.waitForFrame('console output');
    silent.send('send logs', []);
    silent.send('send stats', []);
    wings.printLine(uuid, 'two');
    await until('the new line is there', () => linesOf(silent).includes('two'));
    expect(linesOf(silent)).toEqual(['one', 'two']);
  });

  it('never lets tokens of browsers through, and renews who presents his own', async () => {
    const { session, uuid, wings } = await bench.stage();
    const client = await bench.watchLive(session, uuid);
    const { token, socket } = await bench.connection(session, uuid);
    client.send('auth', [token]);
    await until('he is greeted again', () => client.framesOf('auth success').length === 2);
    client.send('auth', [new URL(socket).searchParams.get('token')]);
    await until('and again', () => client.framesOf('auth success').length === 3);

    const stranger = await bench.stage();
    const foreign = await bench.connection(stranger.session, stranger.uuid);
    client.send('auth', [foreign.token]);
    client.send('auth', [new URL(foreign.socket).searchParams.get('token')]);
    client.send('auth', ['nonsense']);
    await until('all were refused', () => client.framesOf('jwt error').length === 3);
    expect(client.framesOf('auth success')).toHaveLength(3);
    expect([...wings.server(uuid).listeners].map(({ user }) => user)).toEqual(['00000000-0000-4000-8000-000000000001']);
  });

  it('stays connected over a reload of the page, and leaves the daemon some time after the last viewer', async () => {
    const { session, uuid, wings } = await bench.stage();
    await (await bench.watchLive(session, uuid)).close();
    const again = await bench.watchLive(session, uuid);
    expect(wings.calls.filter(({ path }) => path.endsWith('/ws'))).toHaveLength(1);
    await again.close();
    await until('the daemon is left', () => wings.upstreamSockets(uuid) === 0);
  });

  it('renews its own token when the daemon says that it runs out', async () => {
    const { session, uuid, wings } = await bench.stage();
    const client = await bench.watchLive(session, uuid);
    const [listener] = wings.server(uuid).listeners;
    listener?.deliver('token expiring', []);
    listener?.deliver('console output', ['after']);
    await until('the console goes on', () => linesOf(client).includes('after'));
    expect(client.framesOf('token expiring')).toEqual([]);
    expect(wings.upstreamSockets(uuid)).toBe(1);
  });

  it.each(['/api/servers/:id/ws/proxy', '/api/servers/v1/:id/ws/proxy', '/api/servers/:id/websocket'])(
    'answers upgrades at %s, with an API key in a header',
    async (path) => {
      const { owner, uuid } = await bench.stage();
      const key = await createApiKey(bench.panel, owner, { permissions: ['servers:console'] });
      const client = await bench.connect(`${bench.panel.url}${path.replace(':id', uuid.toUpperCase())}`, {
        headers: key.headers,
      });
      await client.waitForFrame('auth success');
    },
  );

  it('gives API keys tickets too', async () => {
    const { owner, uuid } = await bench.stage();
    const key = await createApiKey(bench.panel, owner, { permissions: ['servers:console'] });
    const client = await bench.watch(key, uuid);
    expect(client.frames[0]?.args).not.toContain('control.start');
  });

  it('tells the panel what it hears of the state', async () => {
    const { session, uuid, wings } = await bench.stage();
    await bench.watchLive(session, uuid);
    wings.setState(uuid, 'stopping');
    await until('the state is noted', async () => {
      const row = await bench.panel.prisma.server.findUniqueOrThrow({ where: { uuid }, select: { state: true } });
      return row.state === 'stopping';
    });
  });

  it('keeps one record of a command, although the daemon reports it too', async () => {
    const { session, uuid, wings } = await bench.stage('rs', undefined, { panelUrl: bench.panel.url });
    const client = await bench.watchLive(session, uuid);
    client.send('send command', ['once']);
    await client.waitForFrame((frame) => String(frame.args[0]).includes('executed once'));
    await wings.flushActivity();
    expect(wings.panelCalls.at(-1)).toMatchObject({ status: 204 });
    const where = { action: 'server:console:command', targetId: uuid };
    await until('it is recorded', () => bench.panel.prisma.activityEntry.count({ where }));
    expect(await bench.panel.prisma.activityEntry.count({ where })).toBe(1);
  });

  it('counts itself for the metrics', async () => {
    const { session, uuid } = await bench.stage();
    await bench.watchLive(session, uuid);
    const { text } = await bench.panel.http.get('/metrics');
    expect(text).toMatch(/^panel_console_viewers [1-9]/m);
    expect(text).toMatch(/^panel_console_upstreams [1-9]/m);
    expect(text).toMatch(/^panel_console_lines_delivered_total [1-9]/m);
    expect(text).toMatch(/^panel_console_lines_skipped_total 0/m);
  });
});

describe('GET websocket', () => {
  it('keeps browsers away from daemons that they cannot reach', async () => {
    const remote = await ConsoleBench.open({ env: { PANEL_URL: 'https://panel.example.com' } });
    const { session, uuid } = await remote.stage();
    const connection = await remote.connection(session, uuid);
    expect(connection).toMatchObject({ direct: false, direct_socket: '' });
    expect(connection.socket).toMatch(/^wss:\/\/panel\.example\.com\/api\/servers\/.*\/ws\/proxy\?token=ct_[\w-]{43}$/);
    await remote.close();
  });

  it('answers 403 with the reason while the server is suspended, 404 for servers of others', async () => {
    const { uuid, session, server } = await bench.stage();
    const stranger = await bench.stage();
    expect((await bench.panel.as(stranger.session).get(`/api/servers/${uuid}/websocket`)).status).toBe(404);
    await bench.suspend(server, { suspended: true, suspendedBy: 'staff', suspendedReason: 'abuse' });
    const answer = await bench.panel.as(session).get(`/api/servers/${uuid}/websocket`);
    expect([answer.status, answer.body]).toEqual([
      403,
      expect.objectContaining({
        error: 'This server was suspended by staff for reason: abuse. Please contact support.',
      }),
    ]);
  });
});
