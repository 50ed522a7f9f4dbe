import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { daemonOf, headersOf } from '../support/daemons.js';
import { createEgg, createNode, createServer, createUser, openSession } from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';

const VARIABLES = [
  {
    name: 'Jar file',
    env_variable: 'SERVER_JARFILE',
    default_value: 'server.jar',
    user_editable: true,
    rules: 'required|string|max:20',
  },
  { name: 'Secret', env_variable: 'LICENCE', default_value: 'none', user_editable: false, rules: 'string' },
  { name: 'Loader', env_variable: 'LD_PRELOAD', default_value: '', user_editable: true, rules: 'string' },
];
const IMAGES = { 'Java 21': 'ghcr.io/example/java:21', 'Java 25': 'ghcr.io/example/java:25' };
const SCHEDULE = '11111111-2222-4333-8444-555555555555';

let panel: TestPanel;
let owner: TestUser;
let egg: TestEgg;
let node: TestNode;
let server: TestServer;
beforeAll(async () => {
  panel = await startPanel();
  owner = await createUser(panel);
  egg = await createEgg(panel, { envVars: VARIABLES, dockerImages: IMAGES, dockerImage: IMAGES['Java 21'] });
  node = await createNode(panel);
});
beforeEach(async () => {
  server = await createServer(panel, { owner, node, egg });
});
afterAll(() => panel.close());

const put = (what: string, body: unknown, of = node) =>
  panel
    .as({ headers: headersOf(of, 'rs') })
    .request('PUT', `/api/remote/servers/${server.uuid}/startup/${what}`, { body });
const setVariable = (env_variable: unknown, value: unknown) =>
  put('variables', { schedule_uuid: SCHEDULE, env_variable, value });
const stored = () =>
  panel.prisma.server.findUniqueOrThrow({
    where: { uuid: server.uuid },
    select: { environment: true, dockerImage: true, startup: true, syncPending: true },
  });
const log = () =>
  panel.prisma.activityEntry.findMany({ where: { targetId: server.uuid }, select: { action: true, metadata: true } });

describe('a step of a schedule that a daemon runs', () => {
  it('sets a variable that the owner may edit, once, and has the daemon fetch the server again', async () => {
    await panel.prisma.server.update({
      where: { uuid: server.uuid },
      data: { environment: { SERVER_JARFILE: 'server.jar', LICENCE: 'kept', OTHER: 'kept' } },
    });
    expect((await setVariable('SERVER_JARFILE', 'paper.jar')).status).toBe(204);
    expect((await setVariable('SERVER_JARFILE', 'paper.jar')).status).toBe(204);
    expect(await stored()).toMatchObject({
      environment: { SERVER_JARFILE: 'paper.jar', LICENCE: 'kept', OTHER: 'kept' },
      syncPending: true,
    });
    expect(await log()).toEqual([
      {
        action: 'server:startup:update',
        metadata: { changes: ['environment'], nodeId: node.id, schedule: SCHEDULE },
      },
    ]);
  });

  it.each([
    ['breaks a rule', 'SERVER_JARFILE', 'much-too-long-a-name-of-a-file.jar', 'Jar file may be at most 20'],
    ['is required', 'SERVER_JARFILE', '', 'Jar file is required'],
    ['is locked', 'LICENCE', 'mine', 'Secret cannot be changed'],
    ['nobody may set', 'LD_PRELOAD', '/tmp/x.so', 'Loader cannot be changed'],
    ['the egg does not have', 'OTHER', 'x', 'The egg of this server has no such variable'],
  ])('is told with 417 why a variable that %s stays as it is', async (_what, name, value, sentence) => {
    const before = await stored();
    const { status, body } = await setVariable(name, value);
    expect([status, body]).toEqual([417, expect.objectContaining({ error: sentence, errors: [sentence] })]);
    expect(await stored()).toEqual(before);
    expect(await log()).toEqual([]);
  });

  it('sets an image that the egg lists, and no other', async () => {
    expect((await put('docker-image', { image: IMAGES['Java 25'] })).status).toBe(204);
    expect((await put('docker-image', { image: 'ghcr.io/stranger/miner:1' })).status).toBe(417);
    expect((await stored()).dockerImage).toBe(IMAGES['Java 25']);
    expect(await log()).toHaveLength(1);
  });

  it('cannot set the command, which owners cannot either', async () => {
    const { startup } = await stored();
    expect((await put('command', { schedule_uuid: null, command: 'rm -rf /' })).status).toBe(417);
    expect((await put('command', { schedule_uuid: null, command: startup })).status).toBe(204);
    expect((await stored()).startup).toBe(startup);
  });

  it.each([undefined, 'null', {}, { env_variable: 'SERVER_JARFILE', value: 7 }, { env_variable: 'x'.repeat(101) }])(
    'of the wrong form (%p) is refused',
    async (body) => {
      expect((await put('variables', body)).status).toBe(400);
    },
  );

  it.each([
    ['is being installed', { installState: 'installing' }],
    ['is being restored', { restoringSince: new Date() }],
    ['is under way to another node', { transferring: true }],
  ] as const)('waits while the server %s', async (_what, data) => {
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data });
    const before = await stored();
    expect((await setVariable('SERVER_JARFILE', 'paper.jar')).status).toBe(409);
    expect((await put('docker-image', { image: IMAGES['Java 25'] })).status).toBe(409);
    expect(await stored()).toEqual(before);
    // Whoever has nothing to do with the server does not learn it.
    expect((await put('docker-image', { image: IMAGES['Java 25'] }, await createNode(panel))).status).toBe(404);
  });

  it('loses nothing when two variables are set at once', async () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
    const envVars = names.map((name) => ({ name, env_variable: name, default_value: '0', rules: 'string' }));
    server = await createServer(panel, { owner, node, egg: await createEgg(panel, { envVars }) });
    const answers = await Promise.all(names.map((name) => setVariable(name, 'set')));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 204));
    expect((await stored()).environment).toMatchObject(Object.fromEntries(names.map((name) => [name, 'set'])));
  });
});

describe('results of schedules that a daemon ran by itself', () => {
  let schedule: string;
  beforeEach(async () => {
    const data = { serverUuid: server.uuid, name: 'nightly' };
    ({ uuid: schedule } = await panel.prisma.serverSchedule.create({ data, select: { uuid: true } }));
  });

  const at = new Date(Date.now() - 60_000);
  const result = (changes: object = {}) => ({
    uuid: schedule,
    successful: true,
    errors: {},
    timestamp: at.toISOString(),
    ...changes,
  });
  const report = (body: unknown, of = node) =>
    panel.as({ headers: headersOf(of, 'rs') }).post('/api/remote/schedule', body);
  const runs = async () => {
    const client = panel.as(await openSession(panel, owner));
    const { body } = await client.get<object[]>(`/api/servers/${server.uuid}/schedules/${schedule}/runs`);
    return body;
  };

  it('are shown among the runs, each once', async () => {
    const failed = result({
      successful: false,
      errors: { [SCHEDULE]: 'panel error: no such file', other: 7 },
      timestamp: new Date(at.getTime() + 5_000).toISOString(),
    });
    for (let times = 0; times < 2; times += 1)
      expect((await report({ data: [result(), failed, failed] })).status).toBe(204);
    expect(await runs()).toEqual([
      expect.objectContaining({ status: 'failed', problem: 'panel error: no such file', manual: false }),
      expect.objectContaining({ status: 'completed', problem: null, due_at: at.toISOString() }),
    ]);
    const { lastRunAt } = await panel.prisma.serverSchedule.findUniqueOrThrow({ where: { uuid: schedule } });
    expect(lastRunAt).toEqual(new Date(at.getTime() + 5_000));
  });

  it('leave out what is of no use, and keep the rest', async () => {
    const odd = [
      null,
      'text',
      {},
      result({ uuid: 'nonsense' }),
      result({ successful: 'yes' }),
      result({ timestamp: 'yesterday' }),
      result({ timestamp: '1999-01-01T00:00:00Z' }),
      result({ timestamp: '2999-01-01T00:00:00Z' }),
      result({ uuid: SCHEDULE }),
      result({ errors: null, extra: 1 }),
    ];
    expect((await report({ data: odd, extra: 1 })).status).toBe(204);
    expect(await runs()).toHaveLength(1);
  });

  it.each([undefined, 'null', {}, { data: null }, { data: [] }, { data: 'text' }])('may be %p', async (body) => {
    expect((await report(body)).status).toBe(204);
  });

  it('of servers of another node are nothing', async () => {
    expect((await report({ data: [result()] }, await createNode(panel))).status).toBe(204);
    expect(await runs()).toEqual([]);
  });

  it('cost one statement, however many they are, and may be up to a mebibyte', async () => {
    let from = 0;
    const entry = () => result({ timestamp: new Date(at.getTime() - (from += 1)).toISOString() });
    const send = () => report({ data: Array.from({ length: 1_500 }, entry) });
    await send();
    expect(await statementsOf(panel, send, 3)).toBe(1);
    expect((await report({ data: [result({ errors: { step: 'x'.repeat(1_100_000) } })] })).status).toBe(413);
  });

  it('come from a daemon that still has a schedule, although the panel gives it none', async () => {
    const daemon = daemonOf(panel, node, 'rs');
    await daemon.boot();
    try {
      expect(daemon.server(server.uuid).settings.schedules).toEqual([]);
    } finally {
      await daemon.crash();
    }
  });
});
