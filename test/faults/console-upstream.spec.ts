import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { EventBus } from '../../src/common/events/event-bus.js';
import { ConsoleRelay } from '../../src/servers/console/console-relay.service.js';
import { ConsoleBench, linesOf } from '../support/console-bench.js';
import type { ConsoleStage } from '../support/console-bench.js';
import { createUser, openSession } from '../support/factories.js';
import { until } from '../support/until.js';
import type { ConsoleClient } from '../support/wings/console-client.js';
import { serverObject } from '../support/wings/fake-panel.js';

let bench: ConsoleBench;
beforeAll(async () => {
  bench = await ConsoleBench.open();
});
afterAll(() => bench.close());

const statusesOf = (client: ConsoleClient): unknown[] => client.framesOf('status').map((frame) => frame.args[0]);

/** The daemon comes back on the same port, with the process still running and these lines in its log. */
async function revive({ wings, uuid }: ConsoleStage, log: readonly string[]): Promise<void> {
  await wings.listenOnly();
  wings.addServer(serverObject({ uuid }));
  wings.setState(uuid, 'running');
  for (const line of log) wings.printLine(uuid, line);
}

describe('a daemon that goes away', () => {
  it.each(['go', 'rs'] as const)(
    'keeps its viewers, who see what they missed and nothing twice (%s)',
    async (flavour) => {
      const stage = await bench.stage(flavour);
      const client = await bench.watchLive(stage.session, stage.uuid);
      for (const line of ['one', 'two', 'two']) stage.wings.printLine(stage.uuid, line);
      await until('all arrived', () => linesOf(client).length === 3);

      await stage.wings.crash();
      await until('the viewer is told', () => statusesOf(client).includes('Disconnected'));
      client.send('send command', ['lost']);
      await client.waitForFrame((frame) => String(frame.args[0]).includes('was not sent'));
      await revive(stage, ['one', 'two', 'two', 'missed']);
      await until('the missed line is there', () => linesOf(client).includes('missed'));
      stage.wings.printLine(stage.uuid, 'live');
      await until('the console goes on', () => linesOf(client).includes('live'));

      expect(linesOf(client)).toEqual(['one', 'two', 'two', 'missed', 'live']);
      expect(statusesOf(client).slice(-4)).toEqual(['Disconnected', 'Connecting...', 'Connected', 'running']);
      const late = await bench.watchLive(stage.session, stage.uuid);
      await until('the late one has the same', () => linesOf(late).length === 5);
      expect(linesOf(late)).toEqual(linesOf(client));
    },
  );

  it('shows viewers in who come while it is away', async () => {
    const stage = await bench.stage();
    await stage.wings.crash();
    const client = await bench.watch(stage.session, stage.uuid);
    await until('the failure is told', () => statusesOf(client).includes('Connecting...'));
    await revive(stage, ['hello']);
    await client.waitForFrame((frame) => frame.args[0] === 'hello');
  });

  it('is dialled at once when the node changes, at its new address', async () => {
    const stage = await bench.stage();
    const other = await bench.node('rs', { token: stage.node.token, tokenId: stage.node.tokenId });
    other.wings.addServer(serverObject({ uuid: stage.uuid }));
    other.wings.setState(stage.uuid, 'running');
    const client = await bench.watchLive(stage.session, stage.uuid);
    await bench.panel.prisma.node.update({ where: { id: stage.node.id }, data: { url: other.wings.url } });
    bench.panel.app.get(EventBus).publish('node.changed', { nodeId: stage.node.id });
    await until('the new daemon has the relay', () => other.wings.upstreamSockets(stage.uuid) === 1);
    other.wings.printLine(stage.uuid, 'from the new address');
    await client.waitForFrame((frame) => frame.args[0] === 'from the new address');
    await until('the old one is left', () => stage.wings.upstreamSockets(stage.uuid) === 0);
  });

  it('follows a server to another node', async () => {
    const stage = await bench.stage();
    const { node, wings } = await bench.node('go');
    wings.addServer(serverObject({ uuid: stage.uuid }));
    wings.setState(stage.uuid, 'running');
    const client = await bench.watchLive(stage.session, stage.uuid);
    await bench.suspend(stage.server, { node: { connect: { id: node.id } } });
    await until('the relay is at the other node', () => wings.upstreamSockets(stage.uuid) === 1);
    wings.printLine(stage.uuid, 'moved');
    await client.waitForFrame((frame) => frame.args[0] === 'moved');
  });

  it('is tried again when it refuses the token', async () => {
    const stage = await bench.stage();
    stage.wings.faults.wrongToken = true;
    const client = await bench.watch(stage.session, stage.uuid);
    await until('the daemon has refused', () => statusesOf(client).includes('Disconnected'));
    stage.wings.faults.wrongToken = false;
    await until('the console is there', () => statusesOf(client).includes('running'), { within: 8_000 });
  });
});

describe('viewers who misbehave', () => {
  it('are cut off for a frame that is too large, alone', async () => {
    const stage = await bench.stage();
    const good = await bench.watchLive(stage.session, stage.uuid);
    const bad = await bench.watchLive(stage.session, stage.uuid);
    bad.sendRaw(JSON.stringify({ event: 'send command', args: ['x'.repeat(70_000)] }));
    expect((await bad.closed).code).toBe(1009);
    stage.wings.printLine(stage.uuid, 'still here');
    await good.waitForFrame('console output');
  });

  it('get pongs for their pings', async () => {
    const stage = await bench.stage();
    const socket = new WebSocket(bench.proxy(stage.uuid, stage.session.token).replace('http', 'ws'));
    await once(socket, 'open');
    const pong = once(socket, 'pong');
    socket.ping('are you there');
    expect(String((await pong)[0])).toBe('are you there');
    socket.terminate();
  });

  it('are slowed down when they flood, and go on afterwards', async () => {
    const stage = await bench.stage();
    const client = await bench.watchLive(stage.session, stage.uuid);
    for (let i = 0; i < 500; i++) client.send('send command', [`flood ${i}`]);
    await client.waitForFrame((frame) => String(frame.args[0]).startsWith('You are sending too fast'));
    await until('he is heard again', () => {
      client.send('send command', ['calm']);
      return linesOf(client).some((line) => String(line).includes('executed calm'));
    });
    const executed = linesOf(client).filter((line) => String(line).includes('executed flood'));
    expect(executed.length).toBeGreaterThanOrEqual(30);
    expect(executed.length).toBeLessThan(100);
  });

  it('may open ten consoles, not more, and an eleventh after closing one', async () => {
    const stage = await bench.stage();
    const { token } = stage.session;
    const open = await Promise.all(Array.from({ length: 30 }, () => bench.connect(bench.proxy(stage.uuid, token))));
    const ends = await Promise.all(
      open.map((client) =>
        Promise.race([client.closed, client.waitForFrame('auth success').then(() => 'in' as const)]),
      ),
    );
    expect(ends.filter((end) => end === 'in')).toHaveLength(10);
    expect(ends.filter((end) => end !== 'in').map((end) => (end as { code: number }).code)).toEqual(
      Array(20).fill(1013),
    );
    await open[ends.indexOf('in')]?.close();
    await until('there is room again', async () => {
      const client = await bench.connect(bench.proxy(stage.uuid, token));
      return Promise.race([client.closed.then(() => false), client.waitForFrame('auth success').then(() => true)]);
    });
  });

  it('miss lines when they read too slowly, are told how many, and hold nobody up', async () => {
    const stage = await bench.stage('rs', undefined, { logBacklog: 10 });
    const relay = bench.panel.app.get(ConsoleRelay);
    const quick = await bench.watchLive(stage.session, stage.uuid);
    const slow = await bench.watchLive(stage.session, stage.uuid);
    const skippedBefore = relay.linesSkipped;
    slow.pause();
    const line = 'x'.repeat(20_000);
    let printed = 0;
    await until('lines are skipped', () => {
      for (let i = 0; i < 20; i++) stage.wings.printLine(stage.uuid, `${printed++} ${line}`);
      return relay.linesSkipped > skippedBefore + 50;
    });
    await until('the quick one has all', () => linesOf(quick).length === printed);
    slow.resume();
    const notice = await slow.waitForFrame((frame) => String(frame.args[0]).includes('console lines were skipped'));
    const skipped = Number(/^\d+/.exec(String(notice.args[0]))?.[0]);
    expect(skipped + linesOf(slow).length).toBe(printed);
    stage.wings.printLine(stage.uuid, 'together again');
    await slow.waitForFrame((frame) => frame.args[0] === 'together again');
  });
});

describe('the end of a panel', () => {
  it('cuts consoles without a goodbye, so that browsers come back', async () => {
    const own = await ConsoleBench.open();
    const stage = await own.stage();
    const { user } = await own.subuser(stage.server, ['console']);
    const clients = [
      await own.watchLive(stage.session, stage.uuid),
      await own.watchLive(await openSession(own.panel, user), stage.uuid),
    ];
    await own.close();
    for (const client of clients) expect(await client.closed).toEqual({ code: 1006, reason: '' });
  });

  it('leaves no room behind for who has gone before he was let in', async () => {
    const stage = await bench.stage();
    const stranger = await openSession(bench.panel, await createUser(bench.panel));
    const relay = bench.panel.app.get(ConsoleRelay);
    const before = relay.viewers;
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const { token } = index % 2 === 0 ? stage.session : stranger;
        const client = await bench.connect(bench.proxy(stage.uuid, token));
        await client.close();
      }),
    );
    await until('nobody is left', () => relay.viewers === before);
  });
});
