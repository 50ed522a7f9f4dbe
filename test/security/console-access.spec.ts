import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { EventBus } from '../../src/common/events/event-bus.js';
import type { PanelEvents } from '../../src/common/events/panel-events.js';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { ConsoleBench, linesOf } from '../support/console-bench.js';
import type { ConsoleStage } from '../support/console-bench.js';
import { addSubuser, changeUser, createApiKey, createStaff, createUser, openSession } from '../support/factories.js';
import { pendingToken, turnOnTwoFactor } from '../support/two-factor.js';
import { until } from '../support/until.js';
import type { ConsoleClient } from '../support/wings/console-client.js';

let bench: ConsoleBench;
let stage: ConsoleStage;
beforeAll(async () => {
  bench = await ConsoleBench.open();
  stage = await bench.stage();
});
afterAll(() => bench.close());

const publish = <Name extends keyof PanelEvents>(name: Name, payload: PanelEvents[Name]): void =>
  bench.panel.app.get(EventBus).publish(name, payload);

/** What a refused client is told, and how it ends. */
async function refusal(client: ConsoleClient): Promise<unknown[]> {
  const { code, reason } = await client.closed;
  expect(client.framesOf('auth success')).toEqual([]);
  return [client.framesOf('error')[0]?.args[0], code, reason];
}

const refused = (text: string): unknown[] => [text, 1008, text];

describe('who may not watch is told why, and not to come back', () => {
  it('nobody', async () => {
    expect(await refusal(await bench.connect(bench.proxy(stage.uuid)))).toEqual(
      refused('Missing authentication token'),
    );
  });

  it('a stranger, who learns nothing of the server', async () => {
    const { token } = await openSession(bench.panel, await createUser(bench.panel));
    expect(await refusal(await bench.connect(bench.proxy(stage.uuid, token)))).toEqual(refused('Server not found'));
    for (const id of [crypto.randomUUID(), 'nonsense', '%00']) {
      expect(await refusal(await bench.connect(bench.proxy(id, token)))).toEqual(refused('Server not found'));
    }
  });

  it('a subuser without the console, and one who has not accepted', async () => {
    const { session } = await bench.subuser(stage.server, ['files', 'backups']);
    const client = await bench.connect(bench.proxy(stage.uuid, session.token));
    expect(await refusal(client)).toEqual(refused('Console access revoked'));

    const invited = await createUser(bench.panel);
    await addSubuser(bench.panel, stage.server, invited, ['console'], false);
    const { token } = await openSession(bench.panel, invited);
    expect(await refusal(await bench.connect(bench.proxy(stage.uuid, token)))).toEqual(refused('Server not found'));
  });

  it('a suspended account', async () => {
    const { owner, session, uuid } = await bench.stage();
    await changeUser(bench.panel, owner, { suspended: true });
    const client = await bench.connect(bench.proxy(uuid, session.token));
    expect(await refusal(client)).toEqual(refused('Account is suspended. Please contact support.'));
  });

  it.each([
    [
      { suspended: true, suspendedBy: 'staff', suspendedReason: 'abuse' },
      'Suspended by staff: abuse. Contact support.',
    ],
    [{ dmca: true, dmcaBy: 'staff', dmcaReason: 'claim 7' }, 'DMCA takedown by staff: claim 7. Contact support.'],
  ])('the owner of a locked server, but staff may (%o)', async (values, text) => {
    const { server, session, uuid } = await bench.stage();
    await bench.suspend(server, values);
    expect(await refusal(await bench.connect(bench.proxy(uuid, session.token)))).toEqual(refused(text));

    const staff = await openSession(bench.panel, await createStaff(bench.panel, ['admin:servers:write', 'servers']));
    await (await bench.connect(bench.proxy(uuid, staff.token))).waitForFrame('auth success');
  });

  it('an API key without the console, from elsewhere, bound to another server, or unknown', async () => {
    const attempt = async (headers: Record<string, string>): Promise<unknown[]> =>
      refusal(await bench.connect(bench.proxy(stage.uuid), { headers }));
    const without = await createApiKey(bench.panel, stage.owner, { permissions: ['servers:read'] });
    expect(await attempt(without.headers)).toEqual(refused('Insufficient permissions (api key)'));
    const elsewhere = await createApiKey(bench.panel, stage.owner, {
      permissions: ['*'],
      allowedIps: ['203.0.113.0/24'],
    });
    expect(await attempt(elsewhere.headers)).toEqual(refused('Invalid session'));
    const bound = await createApiKey(bench.panel, stage.owner, { permissions: ['*'], servers: [crypto.randomUUID()] });
    expect(await attempt(bound.headers)).toEqual(refused('Server not found'));
    expect(await attempt({ 'x-api-key': 'f'.repeat(64) })).toEqual(refused('Invalid session'));
  });
});

describe('tokens for something else open no console', () => {
  const secondFactorOwed = async (): Promise<string> => {
    await turnOnTwoFactor(bench.panel, stage.owner);
    return pendingToken(bench.panel, stage.owner);
  };
  const sign = (claims: object): string => jwt.sign(claims, bench.panel.config.secrets.jwt, { algorithm: 'HS256' });

  it.each<[string, () => Promise<string> | string]>([
    ['the node token of the same person', async () => (await bench.connection(stage.session, stage.uuid)).token],
    ['the secret of the node', () => stage.node.token],
    ['the pending token of a sign-in', () => secondFactorOwed()],
    ['a second-factor token', () => sign({ userId: stage.owner.id, tfaSession: crypto.randomUUID(), tfa: true })],
    ['a session token without a session', () => sign({ userId: stage.owner.id })],
    [
      'a session token of another purpose',
      () => sign({ userId: stage.owner.id, sessionId: stage.session.sessionId, purpose: 'tfa' }),
    ],
    [
      'a token without signature',
      () => jwt.sign({ userId: stage.owner.id, sessionId: stage.session.sessionId }, '', { algorithm: 'none' }),
    ],
    ['nonsense', () => 'nonsense'],
  ])('%s', async (_what, make) => {
    const client = await bench.connect(bench.proxy(stage.uuid, await make()));
    expect(await refusal(client)).toEqual(refused('Invalid session'));
  });

  it('and the console token of the panel is none for its routes', async () => {
    const { token, socket } = await bench.connection(stage.session, stage.uuid);
    for (const value of [token, new URL(socket).searchParams.get('token')]) {
      const answer = await bench.panel
        .as({ headers: { authorization: `Bearer ${value}` } })
        .get(`/api/servers/${stage.uuid}/websocket`);
      expect(answer.status).toBe(401);
    }
  });
});

describe('a ticket', () => {
  /** An unusable ticket proves nothing, so the web client is cut off and comes back with a new one. */
  const stale = ['Invalid session', 1006, ''];

  it('opens one console, however many try at once', async () => {
    const { socket } = await bench.connection(stage.session, stage.uuid);
    const clients = await Promise.all(Array.from({ length: 20 }, () => bench.connect(bench.address(socket))));
    const ends = await Promise.race([
      Promise.all(clients.map((client) => Promise.race([client.closed, client.waitForFrame('auth success')]))),
    ]);
    expect(ends.filter((end) => 'event' in end)).toHaveLength(1);
    expect(await refusal(await bench.connect(bench.address(socket)))).toEqual(stale);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('is for one server, and spent when it is tried on another', async () => {
    const other = await bench.stage('rs', stage);
    const { socket } = await bench.connection(stage.session, stage.uuid);
    const moved = bench.address(socket).replace(stage.uuid, other.uuid);
    expect(await refusal(await bench.connect(moved))).toEqual(refused('Server not found'));
    expect(await refusal(await bench.connect(bench.address(socket)))).toEqual(stale);
  });

  it('is worth nothing once its session is over', async () => {
    const session = await openSession(bench.panel, stage.owner);
    const { socket } = await bench.connection(session, stage.uuid);
    await bench.panel.prisma.session.delete({ where: { id: session.sessionId } });
    publish('session.revoked', { userId: stage.owner.id, sessionIds: [session.sessionId] });
    expect(await refusal(await bench.connect(bench.address(socket)))).toEqual(refused('Invalid session'));
  });

  it('cannot be made up', async () => {
    expect(await refusal(await bench.connect(bench.proxy(stage.uuid, `ct_${'A'.repeat(43)}`)))).toEqual(stale);
  });
});

describe('before the handshake', () => {
  const foreign = { origin: 'https://evil.example' };

  it('foreign pages are refused, with a cookie and with a ticket', async () => {
    const cookie = { headers: { cookie: `token=${stage.session.token}` } };
    await expect(bench.connect(bench.proxy(stage.uuid), { ...cookie, ...foreign })).rejects.toThrow(/403/);
    const { socket } = await bench.connection(stage.session, stage.uuid);
    await expect(bench.connect(bench.address(socket), foreign)).rejects.toThrow(/403/);
    await expect(bench.connect(bench.proxy(stage.uuid), { ...cookie, origin: 'null' })).rejects.toThrow(/403/);

    const own = await bench.connect(bench.proxy(stage.uuid), { ...cookie, origin: bench.panel.config.panelUrl });
    await own.waitForFrame('auth success');
    await own.close();
  });

  it('unknown addresses are 404', async () => {
    for (const path of [
      '/',
      '/api/servers',
      `/api/servers/${stage.uuid}/ws`,
      '/api/%00',
      '//',
      '/api/servers/a/b/ws/proxy',
    ]) {
      await expect(bench.connect(`${bench.panel.url}${path}`)).rejects.toThrow(/404/);
    }
  });

  it('groups that are switched off are 503, however the address is spelled', async () => {
    const settings = bench.panel.app.get(PanelSettings);
    await settings.update({ featureToggles: { tunnels: false } });
    for (const path of [
      '/api/tunnel/agent/ws',
      '/API/Tunnel/agent',
      '/api//tunnel/x',
      '/api/%74unnel/x',
      '/api/tunnel/',
    ]) {
      await expect(bench.connect(`${bench.panel.url}${path}`)).rejects.toThrow(/503/);
    }
    await settings.update({ featureToggles: { tunnels: true } });
    await expect(bench.connect(`${bench.panel.url}/api/tunnel/agent/ws`)).rejects.toThrow(/404/);
  });
});

describe('what a viewer is shown and may do', () => {
  it('is what his permissions say', async () => {
    const { server, uuid, wings, session } = await bench.stage();
    const limited = await bench.subuser(server, ['console']);
    const owner = await bench.watchLive(session, uuid);
    const subuser = await bench.watchLive(limited.session, uuid);
    for (const event of ['backup started', 'transfer logs', 'schedule started', 'operation error', 'install output']) {
      wings.emit(uuid, event, [event]);
    }
    wings.emit(uuid, 'daemon error', ['open /var/secret']);
    wings.emit(uuid, 'something new', ['x']);
    wings.printLine(uuid, 'the end');
    for (const client of [owner, subuser]) await client.waitForFrame((frame) => frame.args[0] === 'the end');

    const seen = (client: ConsoleClient): string[] =>
      [...new Set(client.frames.map(({ event }) => event))].filter(
        (event) => !/^(auth|status|stats|console|pending)/.test(event),
      );
    expect(seen(subuser)).toEqual(['install output', 'daemon error']);
    expect(seen(owner)).toEqual([
      'backup started',
      'transfer logs',
      'schedule started',
      'operation error',
      'install output',
      'daemon error',
    ]);
    expect(subuser.framesOf('daemon error')[0]?.args[0]).not.toContain('secret');

    const staff = await openSession(bench.panel, await createStaff(bench.panel, ['admin:servers:write', 'servers']));
    const support = await bench.watchLive(staff, uuid);
    wings.emit(uuid, 'daemon error', ['open /var/secret']);
    expect((await support.waitForFrame('daemon error')).args).toEqual(['open /var/secret']);
  });

  it('power needs power, and unknown events go nowhere', async () => {
    const { server, uuid, wings } = await bench.stage();
    const limited = await bench.subuser(server, ['console']);
    const client = await bench.watchLive(limited.session, uuid);
    client.send('set state', ['kill']);
    client.send('set state', ['constructor']);
    client.send('configure socket', ['transmission mode', 'binary']);
    client.send('file collab update', ['/server.properties', 'x']);
    client.sendRaw('nonsense');
    client.send('send command', ['after']);
    await client.waitForFrame((frame) => String(frame.args[0]).includes('executed after'));
    expect(wings.server(uuid).state).toBe('running');

    const key = await createApiKey(bench.panel, limited.user, { permissions: ['*'] });
    expect((await bench.watch(key, uuid)).frames[0]?.args).not.toContain('control.stop');
  });

  it('changes at once when the subuser entry changes', async () => {
    const { server, uuid, wings } = await bench.stage();
    const { user, session } = await bench.subuser(server, ['console']);
    const client = await bench.watchLive(session, uuid);
    await bench.panel.prisma.serverSubuser.update({
      where: { serverUuid_userId: { serverUuid: uuid, userId: user.id } },
      data: { permissions: ['console', 'power'] },
    });
    publish('server.access_changed', { serverUuid: uuid });
    await wings.waitFor(() => {
      client.send('set state', ['kill']);
      return wings.server(uuid).state === 'offline';
    });
  });

  it('cannot harm the panel with a token that is no token', async () => {
    const { uuid, session } = await bench.stage();
    const client = await bench.watchLive(session, uuid);
    const part = (text: string): string => Buffer.from(text).toString('base64url');
    const header = part('{"alg":"HS256","typ":"JWT"}');
    const tokens = ['no JSON', 'null', '5', '[]', '{"exp":"soon"}'].map((payload) => `${header}.${part(payload)}.x`);
    for (const token of tokens) client.send('auth', [token]);
    await client.waitForFrame('jwt error');
    await until('all were refused', () => client.framesOf('jwt error').length === tokens.length);
  });

  it('refuses commands that are too long or more than one line', async () => {
    const { uuid, session, wings } = await bench.stage();
    const client = await bench.watchLive(session, uuid);
    client.send('send command', ['x'.repeat(1025)]);
    client.send('send command', ['one\ntwo']);
    await wings.waitFor(() => client.framesOf('daemon message').length === 2);
    client.send('send command', ['y'.repeat(1024)]);
    await client.waitForFrame('console output');
    expect(linesOf(client)).toEqual([expect.stringContaining('yyy')]);
  });
});

describe('who loses his right is out within a second', () => {
  const cases: [string, string, (stage: ConsoleStage, user: { id: number }, sessionId: string) => Promise<void>][] = [
    [
      'a removed subuser',
      'Server not found',
      async ({ uuid }, user) => {
        await bench.panel.prisma.serverSubuser.delete({
          where: { serverUuid_userId: { serverUuid: uuid, userId: user.id } },
        });
        publish('server.access_changed', { serverUuid: uuid });
      },
    ],
    [
      'a subuser who may do other things now',
      'Console access revoked',
      async ({ uuid }, user) => {
        await bench.panel.prisma.serverSubuser.update({
          where: { serverUuid_userId: { serverUuid: uuid, userId: user.id } },
          data: { permissions: ['files'] },
        });
        publish('server.access_changed', { serverUuid: uuid });
      },
    ],
    [
      'who signed out',
      'Invalid session',
      async (_, user, sessionId) => {
        await bench.panel.prisma.session.delete({ where: { id: sessionId } });
        publish('session.revoked', { userId: user.id, sessionIds: [sessionId] });
      },
    ],
    [
      'a suspended account',
      'Account is suspended. Please contact support.',
      (_, user) => changeUser(bench.panel, user, { suspended: true }),
    ],
    [
      'a suspended server',
      'Suspended by staff: abuse. Contact support.',
      ({ server }) => bench.suspend(server, { suspended: true, suspendedBy: 'staff', suspendedReason: 'abuse' }),
    ],
    [
      'a server under a takedown',
      'DMCA takedown by staff: claim. Contact support.',
      ({ server }) => bench.suspend(server, { dmca: true, dmcaBy: 'staff', dmcaReason: 'claim' }),
    ],
  ];

  it.each(cases)('%s', async (_who, text, take) => {
    const own = await bench.stage('rs', stage);
    const { user, session } = await bench.subuser(own.server, ['console']);
    const client = await bench.watchLive(session, own.uuid);
    const other = await bench.watchLive(stage.session, stage.uuid);
    await take(own, user, session.sessionId);
    const from = Date.now();
    expect(await client.closed).toEqual({ code: 1008, reason: text });
    expect(Date.now() - from).toBeLessThan(1_000);
    expect(client.framesOf('error').map((frame) => frame.args)).toEqual([[text]]);

    stage.wings.printLine(stage.uuid, `others stay: ${text}`);
    await other.waitForFrame((frame) => frame.args[0] === `others stay: ${text}`);
    await other.close();
  });

  it('a deleted API key', async () => {
    const key = await createApiKey(bench.panel, stage.owner, { permissions: ['servers:console'] });
    const client = await bench.watch(key, stage.uuid);
    await bench.panel.prisma.apiKey.delete({ where: { id: key.id } });
    publish('api_key.revoked', { userId: stage.owner.id, apiKeyId: key.id });
    expect(await client.closed).toEqual({ code: 1008, reason: 'Invalid session' });
  });

  it('staff whose role loses the right', async () => {
    const staff = await createStaff(bench.panel, ['admin:servers:write', 'servers']);
    const client = await bench.watchLive(await openSession(bench.panel, staff), stage.uuid);
    await bench.panel.prisma.userRole.deleteMany({ where: { userId: staff.id } });
    publish('roles.changed', {});
    expect(await client.closed).toEqual({ code: 1008, reason: 'Server not found' });
  });

  it('somebody whose event was lost while Redis was away', async () => {
    const own = await bench.stage('rs', stage);
    const { user, session } = await bench.subuser(own.server, ['console']);
    const client = await bench.watchLive(session, own.uuid);
    await bench.panel.prisma.serverSubuser.deleteMany({ where: { userId: user.id } });
    publish('bus.reconnected', {});
    expect(await client.closed).toEqual({ code: 1008, reason: 'Server not found' });
  });
});
