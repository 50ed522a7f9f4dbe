import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ActivityNotices } from '../../src/identity/activity/activity-notices.service.js';
import { createAdmin, createApiKey, createStaff, createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';

interface Entry {
  id: number;
  userId: number;
  action: string;
  metadata: Record<string, unknown> | null;
  ipAddress: string | null;
  isRead: boolean;
}

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));

describe('an entry of automation', () => {
  const write = (client: HttpClient, body: object) =>
    client.post<{ success: boolean; log: Entry; error?: string }>('/api/logs', body);

  it('is written by an admin key and by admin:access, into its own log or that of somebody', async () => {
    const user = await createUser(panel);
    const root = await createAdmin(panel);
    const key = panel.as(await createApiKey(panel, root, { type: 'admin' }));
    const body = {
      action: 'backup:verified',
      userId: user.id,
      targetType: 'server',
      targetId: 'x',
      metadata: { a: 1 },
    };
    const answer = await write(key, { ...body, ipAddress: '203.0.113.9' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        success: true,
        log: { ...body, metadata: { a: 1, reportedBy: root.id }, ipAddress: '203.0.113.9', isRead: false },
      },
    });
    expect((await (await as(user)).get<Entry[]>('/api/users/me/logs')).body).toEqual([answer.body.log]);
    const watcher = await createStaff(panel, ['admin:access']);
    expect((await write(await as(watcher), { action: 'seen' })).body.log.userId).toBe(watcher.id);
  });

  it('is written by nobody else, and not into the log of who holds more', async () => {
    const user = await createUser(panel);
    expect((await write(await as(user), { action: 'login' })).status).toBe(403);
    const key = panel.as(await createApiKey(panel, await createAdmin(panel), { permissions: ['servers:read'] }));
    expect((await write(key, { action: 'login' })).status).toBe(403);
    const watcher = await as(await createStaff(panel, ['admin:access']));
    expect((await write(watcher, { action: 'x', userId: (await createAdmin(panel)).id })).status).toBe(403);
    expect((await write(watcher, { action: 'x', userId: 999_999 })).status).toBe(404);
    for (const body of [{}, { action: '' }, { action: 'x'.repeat(101) }])
      expect(await write(watcher, body)).toMatchObject({ status: 400, body: { error: 'action is required' } });
    expect((await write(watcher, { action: 'x', metadata: { a: 'x'.repeat(20_000) } })).status).toBe(400);
    expect((await write(watcher, { action: 'x', ipAddress: 'here' })).status).toBe(400);
  });

  it('is told by mail where its author asks for that and the account wants it', async () => {
    const root = await as(await createAdmin(panel));
    const mailsAfter = async (user: TestUser, body: object): Promise<number> => {
      await write(root, { userId: user.id, ...body });
      return panel.prisma.outboundMail.count({ where: { toAddress: user.email, template: 'notification' } });
    };
    const user = await createUser(panel);
    expect(await mailsAfter(user, { action: 'ticket:reply' })).toBe(0);
    expect(await mailsAfter(user, { action: 'ticket:reply', notify: true })).toBe(1);
    expect(await mailsAfter(user, { action: 'ai:usage', notify: true })).toBe(1);
    const quiet = await createUser(panel, { settings: { notifications: { tickets: false } } });
    expect(await mailsAfter(quiet, { action: 'ticket:reply', notify: true })).toBe(0);
    const unconfirmed = await createUser(panel, { emailVerified: false });
    expect(await mailsAfter(unconfirmed, { action: 'ticket:reply', notify: true })).toBe(0);
  });
});

it('an entry and its mail are written together or not at all', async () => {
  const user = await createUser(panel, { settings: { locale: 'ru' } });
  const notices = panel.app.get(ActivityNotices);
  const entry = { userId: user.id, action: 'server:delete', targetType: 'server', targetId: 'x' } as const;
  await expect(
    panel.prisma.$transaction(async (tx) => {
      await notices.record(entry, tx);
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  const counts = async (): Promise<number[]> => [
    await panel.prisma.activityEntry.count({ where: { userId: user.id } }),
    await panel.prisma.outboundMail.count({ where: { userId: user.id } }),
  ];
  expect(await counts()).toEqual([0, 0]);
  await panel.prisma.$transaction((tx) => notices.record(entry, tx));
  expect(await counts()).toEqual([1, 1]);
  const mail = await panel.prisma.outboundMail.findFirstOrThrow({ where: { userId: user.id } });
  expect(mail).toMatchObject({ template: 'notification', subject: 'События на вашем сервере' });
});

describe('the log as a file', () => {
  const COUNT = 1_203;
  let user: TestUser;
  let own: HttpClient;
  beforeAll(async () => {
    user = await createUser(panel);
    own = await as(user);
    // Many at the same moment: pages must not lose or repeat those.
    await panel.database.executeSql(
      `INSERT INTO "ActivityEntry" ("userId", "action", "targetType", "timestamp")
       SELECT ${user.id}, 'step:' || n, CASE WHEN n % 2 = 0 THEN 'server' END, date_trunc('day', now()) - (n / 700) * interval '1 hour'
       FROM generate_series(1, ${COUNT}) n`,
    );
  });

  it('holds every entry once, newest first', async () => {
    const answer = await own.get<Entry[]>('/api/users/me/logs/export');
    expect(answer.headers['content-disposition']).toContain('activity.json');
    expect(new Set(answer.body.map(({ id }) => id)).size).toBe(COUNT);
    expect(answer.body.length).toBe(COUNT);
    const listed = (await own.get<Entry[]>('/api/users/me/logs?limit=200')).body;
    expect(answer.body.slice(0, 200)).toEqual(listed);
  });

  it('is CSV when asked for, with the filters of the list', async () => {
    const answer = await own.get<string>('/api/users/me/logs/export?format=csv&targetType=server&action=step');
    expect(answer.headers['content-type']).toContain('text/csv');
    const lines = answer.body.trim().split('\r\n');
    expect(lines[0]).toBe('id,timestamp,action,targetType,targetId,ipAddress,isRead,metadata');
    expect(lines.length).toBe(1 + Math.floor(COUNT / 2));
    expect((await own.get<Entry[]>('/api/users/me/logs/export?unread=no')).body).toEqual([]);
    expect((await own.get('/api/users/me/logs/export?format=xml')).status).toBe(400);
  });

  it('runs no formula in a spreadsheet', async () => {
    const target = await createUser(panel);
    await panel.prisma.activityEntry.create({
      data: { userId: target.id, action: '=HYPERLINK("http://evil")', targetId: '@x', metadata: { name: '=1' } },
    });
    const { body } = await (await as(target)).get<string>('/api/users/me/logs/export?format=csv');
    expect(body).toContain(`,"'=HYPERLINK(""http://evil"")",,'@x,`);
  });

  it('is read in pages, whatever its length', async () => {
    const statements = await statementsOf(panel, () => own.get('/api/users/me/logs/export'));
    expect(statements).toBe(Math.ceil((COUNT + 1) / 500));
  });

  it('is an answer like any other when it cannot even begin', async () => {
    expect((await own.get('/api/users/me/logs/export?action=%00')).status).toBe(400);
  });

  it('is for its owner and for logs:read', async () => {
    expect((await (await as(await createUser(panel))).get(`/api/users/${user.id}/logs/export`)).status).toBe(403);
    const reader = await as(await createStaff(panel, ['logs:read']));
    expect((await reader.get<Entry[]>(`/api/users/${user.id}/logs/export`)).body.length).toBe(COUNT);
  });
});
