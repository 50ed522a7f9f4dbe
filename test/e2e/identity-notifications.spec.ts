import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Notifications } from '../../src/identity/notifications/notifications.service.js';
import type { NewNotification } from '../../src/identity/notifications/notifications.service.js';
import { NotificationRetention } from '../../src/identity/notifications/notification-retention.js';
import { createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

interface Notification {
  id: number;
  type: string;
  title: string;
  url: string | null;
  read: boolean;
}

const PATH = '/api/mailbox/notifications';
let panel: TestPanel;
let user: TestUser;
let own: HttpClient;

beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

async function newcomer(): Promise<void> {
  user = await createUser(panel);
  own = panel.as(await openSession(panel, user));
}

const add = (values: Partial<NewNotification> = {}): Promise<void> => {
  const notification = { userId: user.id, type: 'system', title: 'Hello', body: 'A message', ...values };
  return panel.prisma.$transaction((tx) => panel.app.get(Notifications).add(tx, notification));
};
const list = async (query = ''): Promise<Notification[]> => (await own.get<Notification[]>(`${PATH}${query}`)).body;
const titles = async (query = ''): Promise<string[]> => (await list(query)).map(({ title }) => title);
const unread = async (): Promise<number> => (await own.get<{ unread: number }>(`${PATH}/unread-count`)).body.unread;

describe('the inbox', () => {
  beforeAll(async () => {
    await newcomer();
    for (const title of ['one', 'two', 'three']) await add({ title });
    await add({ title: 'four', url: '/dashboard' });
  });

  it('is newest first and in pages', async () => {
    expect(await titles()).toEqual(['four', 'three', 'two', 'one']);
    expect(await titles('?limit=2')).toEqual(['four', 'three']);
    expect(await titles('?limit=2&offset=2')).toEqual(['two', 'one']);
    expect(await titles('?limit=-5&offset=nonsense')).toHaveLength(4);
    expect((await list())[0]).toMatchObject({ type: 'system', url: '/dashboard', read: false });
    expect((await list())[1]?.url).toBeNull();
  });

  it('marks one as read and as unread again, and then all', async () => {
    const [, three] = await list();
    expect((await own.post(`${PATH}/${three?.id}/read`)).body).toEqual({ success: true });
    expect([await unread(), await titles('?unread=false'), await titles('?unread=true')]).toEqual([
      3,
      ['three'],
      ['four', 'two', 'one'],
    ]);
    await own.post(`${PATH}/${three?.id}/read`, { read: false });
    expect(await unread()).toBe(4);
    expect((await own.get(`${PATH}?unread=maybe`)).status).toBe(400);
    expect((await own.post(`${PATH}/read-all`)).body).toEqual({ success: true });
    expect(await unread()).toBe(0);
  });

  it('deletes one, once', async () => {
    const [four] = await list();
    expect((await own.delete(`${PATH}/${four?.id}`)).body).toEqual({ success: true });
    expect(await own.delete(`${PATH}/${four?.id}`)).toMatchObject({
      status: 404,
      body: { error: 'Notification not found' },
    });
    expect(await titles()).toEqual(['three', 'two', 'one']);
  });

  it('is not touched by strangers', async () => {
    const [three] = await list();
    const stranger = panel.as(await openSession(panel, await createUser(panel)));
    expect((await stranger.get(PATH)).body).toEqual([]);
    expect((await stranger.post(`${PATH}/${three?.id}/read`, { read: false })).status).toBe(404);
    expect((await stranger.delete(`${PATH}/${three?.id}`)).status).toBe(404);
    await stranger.post(`${PATH}/read-all`);
    expect(await titles('?unread=false')).toHaveLength(3);
  });
});

describe('a notification', () => {
  it('exists exactly when what it is about does', async () => {
    await newcomer();
    const failing = panel.prisma.$transaction(async (tx) => {
      await panel.app.get(Notifications).add(tx, { userId: user.id, type: 'system', title: 'Never', body: 'happened' });
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    expect(await titles()).toEqual([]);
  });

  it('leads into the panel or to https only, and its texts are cut', async () => {
    await newcomer();
    for (const url of ['//evil.example', 'http://example.com', 'javascript:alert(1)']) {
      await expect(add({ url })).rejects.toThrow('must not lead to');
    }
    await add({ title: 't'.repeat(300), body: 'b'.repeat(5_000), url: 'https://example.com/news' });
    const [kept] = await list();
    expect([kept?.title.length, kept?.url]).toEqual([200, 'https://example.com/news']);
  });

  it('is removed after 180 days, and earlier when 200 newer ones are there', async () => {
    await newcomer();
    const old = new Date(Date.now() - 181 * 86_400_000);
    await panel.prisma.notification.createMany({
      data: Array.from({ length: 205 }, (_, index) => ({ userId: user.id, title: String(index), body: '' })),
    });
    const other = await createUser(panel);
    await panel.prisma.notification.createMany({
      data: [
        { userId: other.id, title: 'old', body: '', createdAt: old },
        { userId: other.id, title: 'kept', body: '' },
      ],
    });
    await panel.app.get(NotificationRetention).purge();
    const left = await panel.prisma.notification.findMany({
      where: { userId: user.id },
      orderBy: { id: 'asc' },
      select: { title: true },
    });
    expect([left.length, left[0]?.title, left.at(-1)?.title]).toEqual([200, '5', '204']);
    expect(await panel.prisma.notification.findMany({ where: { userId: other.id }, select: { title: true } })).toEqual([
      { title: 'kept' },
    ]);
  });

  it('is looked for once a day', async () => {
    const { rows } = await panel.database.executeSql(
      `SELECT cron FROM pgboss.schedule WHERE name = 'identity.notification_retention'`,
    );
    expect(rows).toEqual([{ cron: '23 3 * * *' }]);
  });
});
