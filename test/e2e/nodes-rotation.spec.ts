import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { Wings } from '../../src/nodes/wings/wings.service.js';
import { announce, daemonOf } from '../support/daemons.js';
import { createAdmin, createNode, createStaff, openSession } from '../support/factories.js';
import type { TestNode } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.ts';
import type { Flavour } from '../support/wings/types.ts';

interface Rotated {
  token?: string;
  previousValidUntil: string | null;
  daemon: { updated: boolean; message: string };
}

let panel: TestPanel;
let admin: HttpClient;
const daemons: SimulatedWings[] = [];

beforeAll(async () => {
  panel = await startPanel();
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.stop();
});
afterAll(() => panel.close());

async function nodeWithDaemon(flavour: Flavour): Promise<{ node: TestNode; daemon: SimulatedWings }> {
  const node = await createNode(panel, { daemonKind: flavour });
  const daemon = daemonOf(panel, node, flavour);
  daemons.push(daemon);
  await daemon.listenOnly();
  await announce(panel, node, daemon);
  return { node, daemon };
}

async function rotate(node: TestNode, overlapSeconds: number): Promise<Rotated> {
  const { status, body } = await admin.post<Rotated>(`/api/nodes/${node.id}/rotate-token`, { overlapSeconds });
  expect(status).toBe(200);
  return body;
}

const calls = async (token: string): Promise<boolean> => {
  const headers = { authorization: `Bearer eclipanel.${token}`, 'user-agent': 'Pterodactyl Wings/v1.11.13' };
  return (await panel.http.get('/api/remote/servers', { headers })).status === 200;
};
const system = async (node: TestNode) => (await panel.app.get(Wings).forNode(node.id)).system();
const signedWith = async (node: TestNode, token: string): Promise<boolean> => {
  const signed = (await panel.app.get(Wings).forNode(node.id)).sign({ scope: 'websocket' });
  try {
    jwt.verify(signed, token);
    return true;
  } catch {
    return false;
  }
};
const makeReady = (node: TestNode) =>
  panel.prisma.node.update({ where: { id: node.id }, data: { tokenRotatedAt: null }, select: { id: true } });

it('gives Go Wings the new token and ends the old one when the daemon is heard with the new one', async () => {
  const { node, daemon } = await nodeWithDaemon('go');
  const { token = '', daemon: delivery, previousValidUntil } = await rotate(node, 600);
  expect(delivery.updated).toBe(true);
  expect(previousValidUntil).not.toBeNull();
  expect(daemon.options.token).toBe(token);
  await expect(system(node)).resolves.toMatchObject({ version: expect.any(String) });
  expect(await signedWith(node, token)).toBe(true);
  // Go Wings may call with its old token until it is restarted.
  expect(await calls(node.token)).toBe(true);
  expect(await calls(token)).toBe(true);
  await until('the old token is refused', async () => !(await calls(node.token)));
  expect(await calls(token)).toBe(true);
  expect(await panel.prisma.node.findUnique({ where: { id: node.id } })).toMatchObject({
    previousTokenDigest: null,
    previousTokenSealed: null,
  });
});

it('goes on with the old token towards wings-rs until the daemon is heard with the new one', async () => {
  const { node, daemon } = await nodeWithDaemon('rs');
  const { token = '', daemon: delivery } = await rotate(node, 600);
  expect(delivery).toEqual({ updated: false, message: expect.stringContaining('install its new configuration') });
  expect(daemon.calls.some(({ path }) => path === '/api/update')).toBe(false);
  await expect(system(node)).resolves.toBeDefined();
  expect(await signedWith(node, node.token)).toBe(true);
  expect(await calls(node.token)).toBe(true);
  daemon.options.token = token;
  expect(await calls(token)).toBe(true);
  await until('the panel uses the new token', () => signedWith(node, token));
  await expect(system(node)).resolves.toBeDefined();
  expect(await calls(node.token)).toBe(false);
});

it('ends the old token at the end of the overlap, whatever the daemon did', async () => {
  const { node } = await nodeWithDaemon('rs');
  const { token = '' } = await rotate(node, 1);
  await until('the old token is refused', async () => !(await calls(node.token)));
  await until('the panel uses the new token', () => signedWith(node, token));
  const ended = { targetType: 'node', targetId: String(node.id), action: 'node:token:expired' };
  await until('the end is in the log', () => panel.prisma.activityEntry.findFirst({ where: ended }));
});

it('without an overlap ends the old token at once, and still tells Go Wings', async () => {
  const { node, daemon } = await nodeWithDaemon('go');
  const { token = '', daemon: delivery, previousValidUntil } = await rotate(node, 0);
  expect(previousValidUntil).toBeNull();
  expect(await calls(node.token)).toBe(false);
  expect(delivery.updated).toBe(true);
  expect(daemon.options.token).toBe(token);
  expect(await signedWith(node, token)).toBe(true);
});

it('keeps the old token for a daemon that is away, through a second rotation too', async () => {
  const { node, daemon } = await nodeWithDaemon('go');
  daemon.faults.status500 = true;
  const first = await rotate(node, 600);
  expect(first.daemon).toEqual({ updated: false, message: expect.stringContaining('could not be told') });
  await makeReady(node);
  daemon.faults.status500 = false;
  const second = await rotate(node, 600);
  expect(second.daemon.updated).toBe(true);
  expect(daemon.options.token).toBe(second.token);
  expect(await calls(String(first.token))).toBe(false);
  expect(await calls(node.token)).toBe(true);
});

it('does not rotate twice within seconds, however many ask', async () => {
  const node = await createNode(panel);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => admin.post<Rotated>(`/api/nodes/${node.id}/rotate-token`, {})),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
});

it('shows the new token only to those who may read it', async () => {
  const node = await createNode(panel);
  const staff = panel.as(await openSession(panel, await createStaff(panel, ['nodes:read', 'nodes:update-creds'])));
  const { status, body } = await staff.post<Rotated>(`/api/nodes/${node.id}/rotate-token`, {});
  expect(status).toBe(200);
  expect(body).not.toHaveProperty('token');
  expect((await admin.post(`/api/nodes/999999/rotate-token`, {})).status).toBe(404);
  expect((await admin.post(`/api/nodes/${node.id}/rotate-token`, { overlapSeconds: -1 })).status).toBe(400);
});

it('accepts a known token from memory, also during an overlap', async () => {
  const { node } = await nodeWithDaemon('rs');
  await rotate(node, 600);
  const authenticate = () => calls(node.token);
  await authenticate();
  const before = panel.database.statements;
  await authenticate();
  const once = panel.database.statements - before;
  // The page of servers itself, and nothing to find the node.
  expect(once).toBeLessThanOrEqual(3);
});
