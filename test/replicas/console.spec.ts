import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EventBus } from '../../src/common/events/event-bus.js';
import { ConsoleBench } from '../support/console-bench.js';
import type { ConsoleStage } from '../support/console-bench.js';
import type { TestPanel } from '../support/panel.js';

let bench: ConsoleBench;
let replica: TestPanel;
let stage: ConsoleStage;
beforeAll(async () => {
  bench = await ConsoleBench.open();
  replica = await bench.panel.replica();
  stage = await bench.stage();
});
afterAll(async () => {
  await replica.close();
  await bench.close();
});

const atReplica = (address: string): string => address.replace(bench.panel.url, replica.url);

it('redeems a ticket at any replica, once among all', async () => {
  const { socket } = await bench.connection(stage.session, stage.uuid);
  const here = bench.address(socket);
  const addresses = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? here : atReplica(here)));
  const clients = await Promise.all(addresses.map((address) => bench.connect(address)));
  const ends = await Promise.all(
    clients.map((client) => Promise.race([client.closed, client.waitForFrame('auth success').then(() => 'in')])),
  );
  expect(ends.filter((end) => end === 'in')).toHaveLength(1);
  await Promise.all(clients.map((client) => client.close()));
});

it('cuts a viewer within a second when he loses his right at another replica', async () => {
  const { user, session } = await bench.subuser(stage.server, ['console']);
  const client = await bench.connect(atReplica(bench.proxy(stage.uuid, session.token)));
  await client.waitForFrame('auth success');
  await bench.panel.prisma.serverSubuser.deleteMany({ where: { serverUuid: stage.uuid, userId: user.id } });
  const from = Date.now();
  bench.panel.app.get(EventBus).publish('server.access_changed', { serverUuid: stage.uuid });
  expect(await client.closed).toEqual({ code: 1008, reason: 'Server not found' });
  expect(Date.now() - from).toBeLessThan(1_000);
});

it('connects to the daemon once from each replica', async () => {
  const [here, there] = [
    bench.proxy(stage.uuid, stage.session.token),
    atReplica(bench.proxy(stage.uuid, stage.session.token)),
  ];
  const clients = await Promise.all([here, here, there, there].map((address) => bench.connect(address)));
  await Promise.all(clients.map((client) => client.waitForFrame((frame) => frame.args[0] === 'running')));
  expect(stage.wings.upstreamSockets(stage.uuid)).toBe(2);
});
