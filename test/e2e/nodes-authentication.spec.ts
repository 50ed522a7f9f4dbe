import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { NodeAuthenticator } from '../../src/common/access/principal-resolver.js';
import { EventBus } from '../../src/common/events/event-bus.js';
import { createNode } from '../support/factories.js';
import type { TestNode } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

let panel: TestPanel;
let node: TestNode;
let authenticator: NodeAuthenticator;

const present = (authorization: string | undefined, userAgent?: string) =>
  Promise.resolve(authenticator.authenticate({ authorization, userAgent }));
const row = () => panel.prisma.node.findUniqueOrThrow({ where: { id: node.id } });

beforeAll(async () => {
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '3600' } });
  node = await createNode(panel, { healthStatus: null, healthCheckedAt: null, lastSeenAt: null });
  authenticator = panel.app.get(NodeAuthenticator);
});
afterAll(() => panel.close());

it('knows a daemon by its token under its own id, the legacy id or none', async () => {
  for (const value of [`${node.tokenId}.${node.token}`, `eclipanel.${node.token}`, node.token]) {
    expect(await present(`Bearer ${value}`)).toMatchObject({ kind: 'node', nodeId: node.id, nodeUuid: node.uuid });
  }
});

it('refuses what is missing, malformed, wrong or under a foreign id with 401', async () => {
  const { tokenId, token } = node;
  const wrong = [undefined, '', 'Bearer', `Bearer ${tokenId}.`, `Bearer ${tokenId}.${token}x`, `Bearer other.${token}`];
  for (const value of [...wrong, `Basic ${token}`, `Bearer ${tokenId}.${token} x`, `Bearer ${'x'.repeat(10_000)}`]) {
    await expect(present(value)).rejects.toMatchObject({ status: 401 });
  }
});

it('accepts no token from the query', async () => {
  const { token } = node;
  for (const name of ['token', 'access_token', 'api_key']) {
    expect((await panel.http.get(`/api/remote/servers?${name}=${token}`)).status).toBe(401);
  }
});

it('asks the database once and then no more', async () => {
  const bearer = `Bearer ${node.tokenId}.${node.token}`;
  const agent = 'Pterodactyl Wings/v1.11.13 (id:x)';
  await present(bearer, agent);
  await until('the sign of life is written', async () => (await row()).daemonVersion === '1.11.13');
  let quiet = Infinity;
  // The job queue polls beside; one round in which it does not must cost nothing.
  for (let round = 0; round < 20 && quiet > 0; round += 1) {
    await present(bearer, agent);
    const before = panel.database.statements;
    for (let call = 0; call < 100; call += 1) await present(bearer, agent);
    quiet = panel.database.statements - before;
  }
  expect(quiet).toBe(0);
});

it('learns family and version from the User-Agent and tells the family at once', async () => {
  const principal = await present(`Bearer ${node.token}`, 'calagopus wings/v1.1.0 (id:x)');
  expect(principal.daemonKind).toBe('rs');
  await until('the family is stored', async () => (await row()).daemonKind === 'rs');
  expect(await row()).toMatchObject({ daemonVersion: '1.1.0' });
  await until(
    'callers without a User-Agent get it',
    async () => (await present(`Bearer ${node.token}`)).daemonKind === 'rs',
  );
});

it('counts a call as a heartbeat, one an interval', async () => {
  const rows = await panel.prisma.nodeHeartbeat.findMany({ where: { nodeId: node.id } });
  expect(rows).toMatchObject([{ status: 'ok', source: 'call', responseMs: null }]);
  expect(await row()).toMatchObject({ healthStatus: 'ok', lastSeenAt: expect.any(Date) });
});

it('forgets a token the moment the node changes or goes', async () => {
  const other = await createNode(panel);
  const bearer = `Bearer ${other.token}`;
  expect(await present(bearer)).toMatchObject({ nodeId: other.id });
  await panel.prisma.node.delete({ where: { id: other.id } });
  panel.app.get(EventBus).publish('node.changed', { nodeId: other.id });
  await expect(present(bearer)).rejects.toMatchObject({ status: 401 });
});
