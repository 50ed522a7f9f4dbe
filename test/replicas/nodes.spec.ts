import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { NodeAuthenticator } from '../../src/common/access/principal-resolver.js';
import { PanelError } from '../../src/common/errors/panel-error.js';
import { NodeHealth } from '../../src/nodes/health/node-health.service.js';
import { createAdmin, openSession, unique } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import { SimulatedWings } from '../support/wings/simulated-wings.ts';

let panel: TestPanel;
let replica: TestPanel;
let admin: HttpClient;
let wings: SimulatedWings;
let nodeId: number;
const token = unique().padEnd(64, 'r');

const authenticate = (at: TestPanel, secret: string) =>
  Promise.resolve(
    at.app.get(NodeAuthenticator).authenticate({ authorization: `Bearer ${secret}`, userAgent: undefined }),
  );
const probes = (): number => wings.calls.filter(({ path }) => path === '/api/system').length;

beforeAll(async () => {
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '1' } });
  replica = await panel.replica();
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  wings = new SimulatedWings({ token });
  await wings.listenOnly();
  const node = { name: unique(), url: wings.url, token };
  nodeId = (await admin.post<{ node: { id: number } }>('/api/nodes', node)).body.node.id;
});
afterAll(async () => {
  await replica.close();
  await panel.close();
  await wings.crash();
});

it('probes each node from one replica at a time', async () => {
  await until('probing has begun', () => probes() > 0);
  const [begin, before] = [Date.now(), probes()];
  await until('a few intervals have passed', () => probes() >= before + 8, { within: 20_000 });
  // Each interval is at least 0.8 s; two replicas that both probed would be through in half the time.
  expect(Date.now() - begin).toBeGreaterThan(7 * 800);
});

it('tells every replica what a probe found', async () => {
  const well = (at: TestPanel): boolean => at.app.get(NodeHealth).newest(nodeId)?.status === 'ok';
  await until('both know that the node is well', () => well(panel) && well(replica));
  await wings.crash();
  await until('both know that it is ill', () => !well(panel) && !well(replica));
  await wings.listenOnly();
  await until('both know that it is well again', () => well(panel) && well(replica));
});

it('refuses a replaced token at every replica at once', async () => {
  for (const at of [panel, replica]) expect(await authenticate(at, token)).toMatchObject({ nodeId });
  const rotated = await admin.post<{ token: string }>(`/api/nodes/${nodeId}/rotate-token`, {
    overlapSeconds: 0,
  });
  const refused = (at: TestPanel) =>
    authenticate(at, token).then(
      () => false,
      (error: unknown) => error instanceof PanelError && error.status === 401,
    );
  expect(await refused(panel)).toBe(true);
  await until('the other replica refuses it', () => refused(replica), { within: 1_000 });
  for (const at of [panel, replica]) expect(await authenticate(at, rotated.body.token)).toMatchObject({ nodeId });
});

it('accepts the token before a rotation at every replica until the daemon is heard with the new one', async () => {
  await panel.prisma.node.update({ where: { id: nodeId }, data: { tokenRotatedAt: null } });
  const { body: before } = await admin.get<{ token: string }>(`/api/nodes/${nodeId}/token`);
  const { body: rotated } = await admin.post<{ token: string }>(`/api/nodes/${nodeId}/rotate-token`, {
    overlapSeconds: 600,
  });
  for (const at of [panel, replica]) expect(await authenticate(at, before.token)).toMatchObject({ nodeId });
  expect(await authenticate(replica, rotated.token)).toMatchObject({ nodeId });
  for (const at of [panel, replica]) {
    await until('the old token is refused', () =>
      authenticate(at, before.token).then(
        () => false,
        (error: unknown) => error instanceof PanelError && error.status === 401,
      ),
    );
  }
});
