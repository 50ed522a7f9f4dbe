import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { daemonOf, FLAVOURS } from '../support/daemons.js';
import { createEgg, createNode, createServer, createUser } from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';

const MEBIBYTE = 1024 * 1024;
const PATH = '/api/remote/activity';

let panel: TestPanel;
let user: TestUser;
let egg: TestEgg;
let node: TestNode;
let server: TestServer;
beforeAll(async () => {
  panel = await startPanel();
  [user, egg] = [await createUser(panel), await createEgg(panel)];
});
beforeEach(async () => {
  node = await createNode(panel);
  server = await createServer(panel, { owner: user, node, egg });
});
afterAll(() => panel.close());

const start = Date.now() - 3_600_000;
/** The event number `index` of the server; each has a time of its own. */
const event = (index: number, changes: object = {}) => ({
  user: user.uuid,
  server: server.uuid,
  event: 'server:console.command',
  metadata: { command: `say ${index}` },
  ip: '198.51.100.4',
  timestamp: new Date(start + index).toISOString(),
  ...changes,
});
const events = (count: number, changes: object = {}) => Array.from({ length: count }, (_, i) => event(i, changes));

const report = (body: unknown, reporter: TestNode = node) => panel.as(reporter).post(PATH, body);
const storedOf = ({ uuid }: Pick<TestServer, 'uuid'>) =>
  panel.prisma.activityEntry.findMany({ where: { targetType: 'server', targetId: uuid }, orderBy: { id: 'asc' } });
const countOf = ({ uuid }: Pick<TestServer, 'uuid'>) => panel.prisma.activityEntry.count({ where: { targetId: uuid } });

describe('a report', () => {
  it('is stored under the names that the panel lists', async () => {
    expect((await report({ data: [event(1)] })).status).toBe(204);
    expect(await storedOf(server)).toEqual([
      expect.objectContaining({
        userId: user.id,
        action: 'server:console:command',
        targetType: 'server',
        targetId: server.uuid,
        metadata: { command: 'say 1' },
        ipAddress: '198.51.100.4',
        isRead: false,
        timestamp: new Date(start + 1),
      }),
    ]);
  });

  it.each([
    ['a list in data', () => ({ data: [event(1), event(2)] }), 2],
    ['a bare list', () => [event(1), event(2)], 2],
    ['a single event', () => event(1), 1],
    ['an empty list', () => ({ data: [] }), 0],
    ['an empty bare list', () => [], 0],
    ['null', () => 'null', 0],
    ['nothing', () => undefined, 0],
  ])('may be %s', async (_name, body, count) => {
    expect((await report(body())).status).toBe(204);
    expect(await countOf(server)).toBe(count);
  });

  it('skips what it cannot keep and keeps the rest', async () => {
    const foreign = await createServer(panel, { owner: user, node: await createNode(panel), egg });
    const body = [
      event(1, { server: foreign.uuid }),
      event(2, { server: '00000000-0000-4000-8000-000000000000' }),
      event(3, { server: 'nonsense' }),
      event(4, { event: 'admin:everything' }),
      null,
      'text',
      { unknown: true },
      event(5, { user: '00000000-0000-4000-8000-000000000000', extra: 1 }),
      event(6, { metadata: { command: 'nul \0 and \ud800' }, ip: '' }),
    ];
    expect((await report({ data: body, extra: 1 })).status).toBe(204);
    expect(await countOf(foreign)).toBe(0);
    expect(await storedOf(server)).toMatchObject([
      { userId: null, metadata: { command: 'say 5' } },
      { userId: user.id, metadata: { command: 'nul  and \ufffd' }, ipAddress: null },
    ]);
  });

  it('holds times within a day of now', async () => {
    await report([event(1, { timestamp: '1999-01-01T00:00:00Z' }), event(2, { timestamp: '2999-01-01T00:00:00Z' })]);
    const [past, future] = await storedOf(server);
    expect(Math.abs(Date.now() - 86_400_000 - Number(past?.timestamp))).toBeLessThan(60_000);
    expect(Math.abs(Date.now() + 86_400_000 - Number(future?.timestamp))).toBeLessThan(60_000);
  });

  it('of 50 events costs at most two statements', async () => {
    let from = 0;
    const send = () => report({ data: Array.from({ length: 50 }, () => event(from++)) });
    await send();
    expect(await statementsOf(panel, send)).toBeLessThanOrEqual(2);
    expect(await countOf(server)).toBe(from);
  });

  it('without events costs no statement: the node is known from memory', async () => {
    await report([]);
    expect(await statementsOf(panel, () => report([]))).toBe(0);
  });

  it.each(['"text"', '7', '{"data": "text"}', '{"data": [', 'no json'])(
    'that is no list (%s) is refused',
    async (body) => {
      const { status, body: answer } = await report(body);
      expect(status).toBe(400);
      expect(answer).toMatchObject({ error: 'The body must be a JSON list of events' });
    },
  );
});

describe('a repeated report', () => {
  it('stores nothing twice', async () => {
    const data = events(20);
    await report({ data });
    await report({ data });
    await report({ data: data.slice(5, 8) });
    expect(await countOf(server)).toBe(20);
  });

  it('stores nothing twice when it comes many times at once', async () => {
    const data = events(20);
    const answers = await Promise.all(Array.from({ length: 50 }, () => report({ data })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await countOf(server)).toBe(20);
  });

  it('stores one of several equal events in one report', async () => {
    await report({ data: [event(1), event(1), event(2), event(1)] });
    expect(await countOf(server)).toBe(2);
  });

  it('stores nothing twice when the time lies far away', async () => {
    const data = events(3, { timestamp: '1999-01-01T00:00:00Z' });
    await report({ data });
    await report({ data });
    expect(await countOf(server)).toBe(3);
  });
});

describe('a large report', () => {
  it('of 100,000 events is stored, each once, while others are served', async () => {
    const count = 100_000;
    const data = events(count - 1);
    const sending = { isOver: false };
    const before = panel.database.statements;
    const reported = report({ data: [...data, event(0)] }).finally(() => (sending.isOver = true));
    let served = 0;
    while (!sending.isOver) {
      expect((await fetch(`${panel.url}/health/live`)).status).toBe(200);
      served += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await reported).status).toBe(204);
    // One statement for every 200 events, and what else the panel does meanwhile; far from one for each.
    const statements = panel.database.statements - before;
    expect(statements).toBeGreaterThanOrEqual(Math.ceil(count / 200));
    expect(statements).toBeLessThan(count / 20);
    expect(await countOf(server)).toBe(count - 1);
    // Others got their turn between the batches, again and again.
    expect(served).toBeGreaterThan(20);
  }, 180_000);

  it('is refused beyond 32 MiB', async () => {
    const data = Array.from({ length: 40 }, (_, index) => event(index, { ip: 'x'.repeat(900_000) }));
    const { status, body } = await report({ data });
    expect(status).toBe(413);
    expect(body).toMatchObject({ error: 'The request body is too large' });
  });

  it('is refused when one event is longer than a mebibyte', async () => {
    expect((await report({ data: [event(1, { metadata: { text: 'x'.repeat(2 * MEBIBYTE) } })] })).status).toBe(413);
    expect(await countOf(server)).toBe(0);
  });

  it('of a refused caller is not read', async () => {
    const answer = await fetch(`${panel.url}${PATH}`, { method: 'POST', body: JSON.stringify(events(1_000)) });
    expect(answer.status).toBe(401);
    expect(await countOf(server)).toBe(0);
  });
});

describe.each(FLAVOURS)('a %s daemon', (flavour) => {
  it('reports what users did, also when each callback arrives twice', async () => {
    const other = await createServer(panel, { owner: user, node, egg });
    const daemon = daemonOf(panel, node, flavour);
    daemon.faults.repeatCallbacks = true;
    await daemon.boot();
    daemon.noteActivity({ server: server.uuid, event: 'server:power.start', user: user.uuid });
    daemon.noteActivity({
      server: server.uuid,
      event: 'server:sftp.write',
      user: user.uuid,
      metadata: { files: ['a'] },
    });
    daemon.noteActivity({ server: other.uuid, event: 'server:power.stop', user: null });
    await daemon.flushActivity();
    await daemon.crash();
    expect((await storedOf(server)).map(({ action, userId }) => [action, userId])).toEqual([
      ['server:power:start', user.id],
      ['wings:sftp.write', user.id],
    ]);
    expect((await storedOf(other)).map(({ action, userId }) => [action, userId])).toEqual([
      ['server:power:stop', null],
    ]);
  });
});
