import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StatePoller } from '../../src/servers/states/state-poller.js';
import { createEgg, createNode, createServer, createUser } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
beforeAll(async () => {
  // The poller has no turn of its own while the test runs.
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '3600' } });
});
afterAll(() => panel.close());

it('asks all nodes of a large fleet in one turn, and nodes without servers never', async () => {
  const [owner, egg] = [await createUser(panel), await createEgg(panel)];
  const nextPollAt = new Date(Date.now() - 1_000);
  const nodes = await Promise.all(Array.from({ length: 130 }, () => createNode(panel, { nextPollAt })));
  const empty = await createNode(panel, { nextPollAt });
  await Promise.all(nodes.map((node) => createServer(panel, { owner, node, egg })));
  await panel.app.get(StatePoller).startDue();
  const due = await panel.prisma.node.findMany({ where: { nextPollAt: { lte: new Date() } }, select: { id: true } });
  expect(due).toEqual([{ id: empty.id }]);
});
