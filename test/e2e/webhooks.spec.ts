import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAdmin,
  createEgg,
  createNode,
  createServer as createGameServer,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

interface Webhook {
  id: number;
  secret: string;
}
interface Delivery {
  id: string;
  eventId: string;
  event: string;
  status: string;
  attempts: number;
  responseStatus: number | null;
  error: string | null;
}
interface Received {
  path: string;
  body: string;
  signature: string;
}

let panel: TestPanel;
let receiver: Server;
let address: string;
const received: Received[] = [];
/** How many requests to a path are answered with 500 before the first good answer. */
const failures = new Map<string, number>();
let user: TestUser;
let own: HttpClient;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const path = request.url ?? '';
      received.push({ path, body, signature: String(request.headers['x-panel-signature']) });
      const left = failures.get(path) ?? 0;
      failures.set(path, left - 1);
      response.writeHead(left > 0 ? 500 : 204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  panel = await startPanel({ env: { WEBHOOKS_ALLOW_PRIVATE: 'true' } });
  user = await createUser(panel);
  own = panel.as(await openSession(panel, user));
});
afterAll(async () => {
  await panel.close();
  receiver.closeAllConnections();
  receiver.close();
});

const subscribe = async (path: string, events: string[], client = own, more: object = {}): Promise<Webhook> => {
  const { status, body } = await client.post<Webhook>('/api/webhooks', { url: `${address}${path}`, events, ...more });
  expect(status).toBe(201);
  return body;
};
const at = (path: string) => received.filter((request) => request.path === path);
const deliveries = async ({ id }: Webhook, client = own) =>
  (await client.get<Delivery[]>(`/api/webhooks/${id}/deliveries`)).body;
/** Something that the user does, and the log tells of. */
const act = () => own.put('/api/users/me', { phone: String(Math.floor(Math.random() * 1e9)) });

describe('a webhook', () => {
  it('hears of what its owner does, signed with the secret that was shown once', async () => {
    const webhook = await subscribe('/signed', ['update-*']);
    await act();
    await until('it was told', () => at('/signed').length > 0);
    const [request] = at('/signed') as [Received];
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(request.signature) ?? [];
    expect(createHmac('sha256', webhook.secret).update(`${seconds}.${request.body}`).digest('hex')).toBe(signature);
    expect(JSON.parse(request.body)).toMatchObject({ event: 'update-address', userId: user.id, targetType: 'user' });
    const list = await own.get('/api/webhooks');
    expect(JSON.stringify(list.body)).not.toContain(webhook.secret);
    const row = await panel.prisma.webhook.findUniqueOrThrow({ where: { id: webhook.id } });
    expect(row.secretSealed).not.toContain(webhook.secret);
    await own.delete(`/api/webhooks/${webhook.id}`);
  });

  it('is tried again until the receiver takes it, and the log of deliveries tells', async () => {
    failures.set('/flaky', 2);
    const webhook = await subscribe('/flaky', ['update-address']);
    await act();
    await until('it was delivered', async () => (await deliveries(webhook))[0]?.status === 'delivered', {
      within: 30_000,
    });
    expect(await deliveries(webhook)).toMatchObject([{ status: 'delivered', attempts: 3, responseStatus: 204 }]);
    expect(new Set(at('/flaky').map(({ body }) => body)).size).toBe(1);
    await own.delete(`/api/webhooks/${webhook.id}`);
  });

  it('gives an event up after a number of attempts, and sends it again when asked to', async () => {
    const webhook = await subscribe('/replayed', ['update-address']);
    await act();
    await until('it was delivered', async () => (await deliveries(webhook))[0]?.status === 'delivered');
    const [first] = (await deliveries(webhook)) as [Delivery];
    expect((await own.post(`/api/webhooks/${webhook.id}/deliveries/${first.id}/replay`)).status).toBe(200);
    await until('it came again', () => at('/replayed').length === 2);
    expect(new Set(at('/replayed').map(({ body }) => body)).size).toBe(1);
    await until('it is noted', async () => (await deliveries(webhook))[0]?.status === 'delivered');

    failures.set('/replayed', 1);
    await panel.prisma.webhookDelivery.update({ where: { id: first.id }, data: { status: 'failed', attempts: 7 } });
    await own.post(`/api/webhooks/${webhook.id}/deliveries/${first.id}/replay`);
    await until('it is noted', async () => (await deliveries(webhook))[0]?.status === 'delivered', { within: 30_000 });
    await own.delete(`/api/webhooks/${webhook.id}`);
  });

  it('hears of the servers of its owner, and of nothing that is others', async () => {
    const server = await createGameServer(panel, {
      owner: user,
      node: await createNode(panel),
      egg: await createEgg(panel),
    });
    const admin = await createAdmin(panel);
    const staff = panel.as(await openSession(panel, admin));
    const [mine, theirs] = [await subscribe('/mine', ['*']), await subscribe('/panel', ['*'], staff, { panel: true })];
    const stranger = panel.as(await openSession(panel, await createUser(panel)));
    await stranger.put('/api/users/me', { phone: '1' });
    await staff.put(`/api/servers/${server.uuid}`, { name: 'Renamed' });
    await until('both were told', () => at('/mine').some(({ body }) => body.includes('server:update')));
    await until('staff hears of everybody', () => at('/panel').some(({ body }) => body.includes('update-address')));
    expect(at('/mine').filter(({ body }) => body.includes('update-address'))).toEqual([]);
    await own.delete(`/api/webhooks/${mine.id}`);
    await staff.delete(`/api/webhooks/${theirs.id}`);
  });

  it('of the whole panel is for those who may read its log', async () => {
    const body = { url: `${address}/x`, events: ['*'], panel: true };
    expect((await own.post('/api/webhooks', body)).status).toBe(403);
  });

  it('that is switched off hears nothing, and its secret can be changed', async () => {
    const webhook = await subscribe('/off', ['*']);
    const rotated = (await own.post<Webhook>(`/api/webhooks/${webhook.id}/rotate-secret`)).body;
    expect(rotated.secret).not.toBe(webhook.secret);
    await own.put(`/api/webhooks/${webhook.id}`, { active: false });
    const before = (await deliveries(webhook)).length;
    const control = await subscribe('/control', ['update-address']);
    await act();
    await until('the other one was told', () => at('/control').length > 0);
    expect(await deliveries(webhook)).toHaveLength(before);
    await own.delete(`/api/webhooks/${webhook.id}`);
    await own.delete(`/api/webhooks/${control.id}`);
  });

  it('belongs to its owner', async () => {
    const { id } = await subscribe('/owned', ['nothing']);
    const stranger = panel.as(await openSession(panel, await createUser(panel)));
    for (const answer of [
      await stranger.get(`/api/webhooks/${id}/deliveries`),
      await stranger.put(`/api/webhooks/${id}`, { active: false }),
      await stranger.post(`/api/webhooks/${id}/rotate-secret`),
      await stranger.delete(`/api/webhooks/${id}`),
    ])
      expect(answer.status).toBe(404);
    await own.delete(`/api/webhooks/${id}`);
  });

  it.each(['nonsense', 'ftp://example.com', 'http://user:secret@example.com'])('goes to no %s', async (url) => {
    expect((await own.post('/api/webhooks', { url, events: ['*'] })).status).toBe(400);
  });

  it('is one of ten at most, also when they are made at once', async () => {
    const one = panel.as(await openSession(panel, await createUser(panel)));
    const body = { url: `${address}/many`, events: ['nothing'] };
    const answers = await Promise.all(Array.from({ length: 14 }, () => one.post('/api/webhooks', body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
  });
});

it('a panel that does not allow private addresses keeps webhooks from them', async () => {
  const strict = await startPanel();
  try {
    const client = strict.as(await openSession(strict, await createUser(strict)));
    const answer = await client.post('/api/webhooks', { url: `${address}/inside`, events: ['*'] });
    expect(answer).toMatchObject({ status: 400, body: { code: 'webhooks.invalid_url' } });
  } finally {
    await strict.close();
  }
});
