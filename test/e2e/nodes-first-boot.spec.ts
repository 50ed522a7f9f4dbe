import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createAdmin, openSession, unique } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import { SimulatedWings } from '../support/wings/simulated-wings.ts';

let panel: TestPanel;
let wings: SimulatedWings;

/** An interval that does not pass within this file: only a brought-forward probe can make the node well. */
beforeAll(async () => {
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '3600' } });
});
afterAll(async () => {
  await wings.crash();
  await panel.close();
});

it('asks a daemon that boots again until it listens, without waiting for the next interval', async () => {
  const token = unique().padEnd(64, 'b');
  wings = new SimulatedWings({ flavour: 'rs', token, panelUrl: panel.url, clockScale: 0.01 });
  await wings.listenOnly();
  await wings.crash();
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const { body } = await admin.post<{ node: { id: number } }>('/api/nodes', { name: unique(), url: wings.url, token });
  const healthy = async (): Promise<boolean | undefined> => {
    const nodes = await admin.get<{ id: number; healthy: boolean }[]>('/api/admin/nodes');
    return nodes.body.find(({ id }) => id === body.node.id)?.healthy;
  };
  await until('the node counts as ill', async () => (await healthy()) === false);

  // The daemon is heard while it does not listen yet, as at every boot; the probe that this brings forward fails.
  const authorization = { Authorization: `Bearer ${token}`, 'User-Agent': 'calagopus wings/v1.1.0 (id:first-boot)' };
  const reset = await fetch(`${panel.url}/api/remote/servers/reset`, { method: 'POST', headers: authorization });
  expect(reset.status).toBe(204);
  const failures = async (): Promise<number> =>
    panel.prisma.nodeHeartbeat.count({ where: { nodeId: body.node.id, status: 'error' } });
  await until('it was asked again', async () => (await failures()) >= 2, { within: 10_000 });

  await wings.listenOnly();
  await until('the node is well', async () => (await healthy()) === true, { within: 10_000 });
});
