import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleClient } from './console-client.ts';
import { decodeFrame } from './frames.ts';
import { consoleToken } from './fake-panel.ts';
import type { WingsOptions } from './options.ts';
import type { SimulatedWings } from './simulated-wings.ts';
import { callApi, FLAVOURS, TestBench } from './test-bench.ts';
import type { Flavour, JsonObject } from './types.ts';

let bench: TestBench;
beforeEach(async () => {
  bench = await TestBench.open();
});
afterEach(() => bench.close());

const USER = '11111111-1111-4111-8111-111111111111';

interface Session {
  wings: SimulatedWings;
  uuid: string;
  client: ConsoleClient;
  token: (permissions: string[], claims?: JsonObject) => string;
}

function connect(wings: SimulatedWings, uuid: string): Promise<ConsoleClient> {
  return ConsoleClient.connect(`${wings.url}/api/servers/${uuid}/ws`, { origin: wings.options.panelUrl });
}

async function open(flavour: Flavour, options: Partial<WingsOptions> = {}): Promise<Session> {
  const { wings, uuid } = await bench.booted(flavour, { startDelayMs: 100, stopDelayMs: 100, ...options });
  const token: Session['token'] = (permissions, claims) => consoleToken(wings.options.token, uuid, permissions, claims);
  return { wings, uuid, token, client: await connect(wings, uuid) };
}

async function login(flavour: Flavour, permissions: string[], options: Partial<WingsOptions> = {}): Promise<Session> {
  const session = await open(flavour, options);
  session.client.send('auth', [session.token(permissions)]);
  await session.client.waitForFrame('auth success');
  return session;
}

describe.each(FLAVOURS)('a console socket of %s', (flavour) => {
  it('greets an authenticated client with the state', async () => {
    const { client } = await login(flavour, ['*']);

    expect((await client.waitForFrame('status')).args).toEqual(['offline']);
    expect(client.frames[0]).toEqual({ event: 'auth success', args: flavour === 'rs' ? ['*'] : [] });
  });

  it('streams state, console lines and statistics while the server runs', async () => {
    const { client, wings, uuid } = await login(flavour, ['*']);

    client.send('set state', ['start']);
    await client.waitForFrame((frame) => frame.event === 'status' && frame.args[0] === 'running');
    await client.waitForFrame((frame) => frame.event === 'console output' && String(frame.args[0]).includes('Done ('));
    await client.waitForFrame('stats');
    client.send('send command', ['say hello']);
    await client.waitForFrame((frame) => String(frame.args[0]).includes('say hello'));
    client.send('set state', ['kill']);
    await wings.waitFor(() => wings.server(uuid).state === 'offline');
    await wings.flushActivity();
    const [report] = bench.panel.requests('POST', '/activity');
    const events = (report?.body as { data: JsonObject[] }).data;
    expect(events.map((event) => event.event)).toEqual([
      'server:power.start',
      'server:console.command',
      'server:power.kill',
    ]);
    expect(events[0]).toMatchObject({ user: USER, server: uuid });
  });

  it('sends the backlog on demand', async () => {
    const { client, wings, uuid } = await login(flavour, ['*']);
    wings.setState(uuid, 'running');
    wings.printLine(uuid, 'one');
    wings.printLine(uuid, 'two');
    const late = await connect(wings, uuid);
    late.send('auth', [consoleToken(wings.options.token, uuid, ['*'])]);
    await late.waitForFrame('auth success');

    late.send('send logs', []);

    await late.waitForFrame((frame) => frame.args[0] === 'two');
    expect(late.framesOf('console output').map((frame) => frame.args[0])).toEqual(['one', 'two']);
    expect(wings.upstreamSockets(uuid)).toBe(2);
    await client.close();
    await wings.waitFor(() => wings.upstreamSockets(uuid) === 1);
  });

  it('does nothing for which the token has no permission', async () => {
    const { client, wings, uuid } = await login(flavour, ['websocket.connect']);
    wings.setState(uuid, 'running');

    client.send('set state', ['kill']);
    client.send('send command', ['op me']);
    client.send('send stats', []);

    await client.waitForFrame('stats');
    expect(wings.server(uuid).state).toBe('running');
    expect(wings.server(uuid).logs).toEqual([]);
  });

  it('shows installation output only to those who may see it', async () => {
    const owner = await login(flavour, ['*', 'admin.websocket.install']);
    const other = await connect(owner.wings, owner.uuid);
    other.send('auth', [owner.token(['*'], { user_uuid: crypto.randomUUID() })]);
    await other.waitForFrame('auth success');

    owner.wings.emit(owner.uuid, 'install output', ['secret']);
    owner.wings.emit(owner.uuid, 'install completed', ['true']);

    await owner.client.waitForFrame('install output');
    await other.waitForFrame('install completed');
    expect(other.framesOf('install output')).toEqual([]);
  });

  it('announces the end of a token, ends the session and takes a fresh token', async () => {
    const { client, token } = await open(flavour, { clockScale: 0.001 });
    const now = Math.floor(Date.now() / 1000);
    client.send('auth', [token(['*'], { exp: now + 3 })]);

    await client.waitForFrame('token expiring');
    await client.waitForFrame('token expired');
    client.send('auth', [token(['*'])]);
    await client.waitForFrame(() => client.framesOf('auth success').length === 2);
    expect(client.framesOf('status')).toHaveLength(1);
  });

  it('refuses tokens that were denied', async () => {
    const { client, wings, uuid, token } = await open(flavour);
    await callApi(wings, 'POST', `/api/servers/${uuid}/ws/deny`, { jtis: ['the-jti'] });

    client.send('auth', [token(['*'], { jti: 'the-jti' })]);

    const error = await client.waitForFrame('jwt error');
    expect(error.args[0]).toMatch(flavour === 'go' ? /denylist/ : /invalid token: token has been denied/);
  });

  it('closes the sockets of a user who is deauthorised', async () => {
    const { client, wings } = await login(flavour, ['*']);
    await callApi(wings, 'POST', '/api/deauthorize-user', { user: USER, servers: [] });
    expect(await client.closed).toEqual({ code: 1000, reason: 'permission revoked' });
  });

  it('is refused for a server the daemon does not know', async () => {
    const { wings } = await bench.booted(flavour);
    await expect(connect(wings, crypto.randomUUID())).rejects.toThrow(/404/);
  });
});

describe('what go does with bad tokens', () => {
  it.each<[string, string[], JsonObject, string]>([
    ['for another server', ['*'], { server_uuid: crypto.randomUUID() }, 'jwt: server uuid mismatch'],
    ['without connect permission', ['control.start'], {}, 'jwt: missing connect permission'],
    ['that have expired', ['*'], { exp: 1 }, 'jwt: exp claim is invalid'],
    ['from before its boot', ['*'], { iat: 1 }, 'jwt: created too far in past (denylist)'],
  ])('it names the fault of tokens %s and keeps the socket', async (_case, permissions, claims, text) => {
    const { client, uuid, token } = await open('go');
    client.send('auth', [token(permissions, claims)]);

    expect((await client.waitForFrame('jwt error')).args).toEqual([`Error Event [${uuid}]: ${text}`]);
    expect(client.framesOf('auth success')).toEqual([]);
  });

  it('it asks for a token before anything else', async () => {
    const { client } = await open('go');
    client.send('send stats');
    expect((await client.waitForFrame('jwt error')).args).toEqual(['jwt: no jwt present']);
  });
});

describe('what rs does with bad tokens', () => {
  it('it calls a token for another server expired', async () => {
    const { client, token } = await open('rs');
    client.send('auth', [token(['*'], { server_uuid: crypto.randomUUID() })]);
    await client.waitForFrame('token expired');
    expect(client.framesOf('auth success')).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['token is expired', { exp: 1 }],
    ['token is not yet valid', { nbf: 9_999_999_999 }],
    ['token has invalid issued at time', { iat: 9_999_999_999, exp: 9_999_999_999 }],
    ['token has been denied', { scope: 'file-upload' }],
    ['token has missing or malformed claims', { aud: 'wings' }],
  ])('it says "%s"', async (reason, claims) => {
    const { client, token } = await open('rs');
    client.send('auth', [token(['*'], claims)]);
    expect((await client.waitForFrame('jwt error')).args).toEqual([`invalid token: ${reason}`]);
  });

  it.each<[string, (session: Session) => void]>([
    ['a message before the token', ({ client }) => client.send('send stats', [])],
    ['a bad signature', ({ client, uuid }) => client.send('auth', [consoleToken('other', uuid, ['*'])])],
    ['a token without connect permission', ({ client, token }) => client.send('auth', [token(['control.start'])])],
  ])('it closes the socket on %s', async (_case, misbehave) => {
    const session = await open('rs');
    misbehave(session);
    await session.client.closed;
    expect(session.client.frames).toEqual([]);
  });
});

describe('the Origin check of go', () => {
  it('lets only the panel and allowed origins in', async () => {
    const { wings, uuid } = await bench.booted('go', { allowedOrigins: ['https://shop.example'] });
    const from = (origin?: string): Promise<ConsoleClient> =>
      ConsoleClient.connect(`${wings.url}/api/servers/${uuid}/ws`, origin === undefined ? {} : { origin });

    await expect(from('https://evil.example')).rejects.toThrow(/403/);
    await expect(from()).rejects.toThrow(/403/);
    await (await from('https://shop.example')).close();
    await (await from(wings.options.panelUrl)).close();
  });

  it('does not exist on rs', async () => {
    const { wings, uuid } = await bench.booted('rs');
    const client = await ConsoleClient.connect(`${wings.url}/api/servers/${uuid}/ws`);
    await client.close();
  });
});

describe('live permissions of rs', () => {
  it('change what a user is told, and an empty list throws him out', async () => {
    const { client, wings, uuid } = await login('rs', ['*']);
    const set = (permissions: string[]): Promise<{ status: number }> =>
      callApi(wings, 'POST', `/api/servers/${uuid}/ws/permissions`, {
        user_permissions: [{ user: USER, permissions }],
      });

    await set(['websocket.connect']);
    wings.emit(uuid, 'backup started', ['hidden']);
    await set(['backup.read']);
    wings.emit(uuid, 'backup started', ['shown']);
    await client.waitForFrame('backup started');
    expect(client.framesOf('backup started').map((frame) => frame.args[0])).toEqual(['shown']);

    await set([]);
    expect(await client.closed).toEqual({ code: 1000, reason: 'permission revoked' });
  });

  it('hide the console only from tokens that carry the marker', async () => {
    const { client, wings, uuid } = await login('rs', ['websocket.connect', 'meta.calagopus', 'control.start']);
    wings.setState(uuid, 'running');
    wings.printLine(uuid, 'secret');
    client.send('ping', ['x']);
    await client.waitForFrame('pong');
    expect(client.framesOf('console output')).toEqual([]);
  });
});

describe('a busy console', () => {
  it('is throttled with one notice', async () => {
    const { wings, uuid } = await bench.booted('rs', { logBacklog: 5000 });
    wings.setState(uuid, 'running');
    for (let line = 0; line < 2500; line++) wings.printLine(uuid, `line ${line}`);

    expect(wings.server(uuid).logs.filter((line) => line.includes('throttling'))).toHaveLength(1);
    expect(wings.server(uuid).logs.length).toBeLessThan(2500);
  });

  it('prints as many lines as configured', async () => {
    const { wings, uuid } = await bench.booted('go', {
      consoleLinesPerSecond: 500,
      consoleLine: (_uuid, n) => `n${n}`,
    });
    wings.setState(uuid, 'running');
    await wings.waitFor(() => wings.server(uuid).logs.includes('n100'));
  });

  it('makes go say when a client sends too much', async () => {
    const { client } = await login('go', ['*']);
    for (let message = 0; message < 20; message++) client.send('send stats');
    await client.waitForFrame('throttled');
  });
});

it('decodes frames leniently', () => {
  expect(decodeFrame('{"event":"auth success"}')).toEqual({ event: 'auth success', args: [] });
  expect(decodeFrame('nonsense')).toBeNull();
});
