import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bucketOf } from '../../src/admin/rollouts/bucket.js';
import { createAdmin, createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';

interface Rollout {
  id: number;
  key: string;
  active: boolean;
  hashRangeStart: number;
  hashRangeEnd: number;
  treatment: string;
  overrideCount: number;
  overrides: { userId: number; treatment: string | null }[];
}
type States = Record<string, { inRollout: boolean; treatment: string | null }>;

let panel: TestPanel;
let admin: HttpClient;
let user: TestUser;
let own: HttpClient;

beforeAll(async () => {
  panel = await startPanel();
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  user = await createUser(panel);
  own = panel.as(await openSession(panel, user));
});
afterAll(() => panel.close());
beforeEach(async () => {
  for (const { id } of (await admin.get<Rollout[]>('/api/admin/rollouts')).body) {
    await admin.delete(`/api/admin/rollouts/${id}`);
  }
});

const create = async (values: object = {}): Promise<Rollout> => {
  const body = { name: 'Tunnels', key: 'tunnel_feature', ...values };
  return (await admin.post<Rollout>('/api/admin/rollouts', body)).body;
};
const states = async (client = own): Promise<States> => (await client.get<States>('/api/rollouts')).body;

describe('a rollout', () => {
  it('holds those whose bucket is in its range, ends included', async () => {
    const bucket = bucketOf('tunnel_feature', user.id);
    const { id } = await create({ hashRangeStart: bucket, hashRangeEnd: bucket, treatment: 'blue' });
    expect(await states()).toEqual({ tunnel_feature: { inRollout: true, treatment: 'blue' } });
    const [start, end] = bucket === 0 ? [1, 9_999] : [0, bucket - 1];
    await admin.put(`/api/admin/rollouts/${id}`, { hashRangeStart: start, hashRangeEnd: end });
    expect(await states()).toEqual({ tunnel_feature: { inRollout: false, treatment: null } });
  });

  it('that is not active is not told of, and a toggle changes nothing else', async () => {
    const { id } = await create({ hashRangeEnd: '4999', description: 'half' });
    const { status, body } = await admin.put<Rollout>(`/api/admin/rollouts/${id}`, { active: false });
    expect([status, body]).toMatchObject([200, { active: false, hashRangeStart: 0, hashRangeEnd: 4_999 }]);
    expect(await states()).toEqual({});
  });

  it('has defaults, and refuses what makes no sense', async () => {
    expect(await create()).toMatchObject({
      active: true,
      hashRangeStart: 0,
      hashRangeEnd: 9_999,
      treatment: 'treatment',
      overrides: [],
    });
    const wrong = [
      {},
      { name: 'x' },
      { key: 'x' },
      { name: ' ', key: 'x' },
      { name: 'x', key: 'Not A Key' },
      { name: 'x', key: 'tunnel_feature' },
      { name: 'x', key: 'x', hashRangeStart: 5, hashRangeEnd: 4 },
      { name: 'x', key: 'x', hashRangeEnd: 10_000 },
      { name: 'x', key: 'x', hashRangeStart: -1 },
      { name: 'x', key: 'x', hashRangeStart: 1.5 },
      { name: 'x', key: 'x', active: 'perhaps' },
      { name: 'x', key: 'x', treatment: 't'.repeat(33) },
    ];
    for (const body of wrong) {
      expect([body, (await admin.post('/api/admin/rollouts', body)).status]).toEqual([body, 400]);
    }
    expect((await admin.post('/api/admin/rollouts', {})).body).toMatchObject({ error: 'name and key are required' });
    const [{ id } = { id: 0 }] = (await admin.get<Rollout[]>('/api/admin/rollouts')).body;
    expect((await admin.put(`/api/admin/rollouts/${id}`, { hashRangeStart: 9_000, hashRangeEnd: 1 })).status).toBe(400);
    expect((await admin.put(`/api/admin/rollouts/${id}`, { hashRangeStart: null, name: '  ' })).status).toBe(400);
    expect((await admin.put('/api/admin/rollouts/999999', { active: true })).status).toBe(404);
    expect((await admin.delete('/api/admin/rollouts/x')).status).toBe(404);
  });

  it('costs no query once it is known', async () => {
    await create();
    await states();
    expect(await statementsOf(panel, () => states())).toBe(0);
  });

  it('is written down with who changed what', async () => {
    const { id } = await create({ key: 'audited' });
    await admin.put(`/api/admin/rollouts/${id}`, { hashRangeEnd: 99 });
    const entry = await panel.prisma.activityEntry.findFirstOrThrow({
      where: { action: 'admin:rollout:update' },
      orderBy: { id: 'desc' },
    });
    expect(entry.metadata).toEqual({ rolloutId: id, before: { hashRangeEnd: 9_999 }, after: { hashRangeEnd: 99 } });
  });
});

describe('an override', () => {
  it('lets an account in at once, with a treatment of its own or that of the rollout', async () => {
    const { id } = await create({ hashRangeStart: 0, hashRangeEnd: 0, treatment: 'blue', key: 'nearly_nobody' });
    const path = `/api/admin/rollouts/${id}/overrides`;
    expect((await states())['nearly_nobody']?.inRollout).toBe(bucketOf('nearly_nobody', user.id) === 0);
    expect(await admin.post(path, { userId: user.id, treatment: 'red' })).toMatchObject({
      status: 201,
      body: { userId: user.id, treatment: 'red' },
    });
    expect((await states())['nearly_nobody']).toEqual({ inRollout: true, treatment: 'red' });
    await admin.post(path, { userId: String(user.id) });
    expect((await states())['nearly_nobody']?.treatment).toBe('red');
    await admin.post(path, { userId: user.id, treatment: '' });
    expect((await states())['nearly_nobody']?.treatment).toBe('blue');
    expect((await admin.get<Rollout[]>('/api/admin/rollouts')).body).toMatchObject([
      { overrideCount: 1, overrides: [{ userId: user.id, treatment: null }] },
    ]);
    expect((await admin.get(path)).body).toMatchObject([{ userId: user.id, treatment: null }]);
    expect((await admin.delete(`${path}/${user.id}`)).body).toEqual({ success: true });
    expect((await admin.delete(`${path}/${user.id}`)).status).toBe(404);
    expect((await states())['nearly_nobody']?.inRollout).toBe(bucketOf('nearly_nobody', user.id) === 0);
  });

  it('needs a rollout and an account, and ends with either', async () => {
    const { id } = await create();
    expect((await admin.post(`/api/admin/rollouts/${id}/overrides`, { userId: 99_999_999 })).status).toBe(404);
    expect((await admin.post('/api/admin/rollouts/999999/overrides', { userId: user.id })).status).toBe(404);
    expect((await admin.post(`/api/admin/rollouts/${id}/overrides`, {})).status).toBe(400);
    expect((await admin.get('/api/admin/rollouts/999999/overrides')).status).toBe(404);
    const guest = await createUser(panel);
    await admin.post(`/api/admin/rollouts/${id}/overrides`, { userId: guest.id });
    await panel.prisma.user.delete({ where: { id: guest.id } });
    expect((await admin.get(`/api/admin/rollouts/${id}/overrides`)).body).toEqual([]);
  });
});

describe('feedback', () => {
  const prompt = async (): Promise<unknown> => (await own.get('/api/feedback/check')).body;
  const chance = (feedbackPromptChance: number) => admin.patch('/api/admin/settings', { feedbackPromptChance });

  it('is asked only of those in its rollout', async () => {
    expect(await own.post('/api/feedback', { rating: 5 })).toMatchObject({
      status: 403,
      body: { error: 'This feature is not available to you' },
    });
    expect((await own.get('/api/feedback')).status).toBe(403);
    expect(await prompt()).toEqual({ shouldPrompt: false, reason: 'not_in_rollout' });
    expect((await own.get('/api/feedback/status')).body).toEqual({ inRollout: false });
  });

  it('is asked by chance until there is an answer, which may be changed', async () => {
    await create({ key: 'feedback_prompt' });
    await chance(1);
    expect(await prompt()).toEqual({ shouldPrompt: true, reason: 'random_selected' });
    await chance(0);
    expect(await prompt()).toEqual({ shouldPrompt: false, reason: 'random_skipped' });
    expect((await own.get('/api/feedback')).text).toBe('null');
    const first = await own.post<{ id: number }>('/api/feedback', { rating: '5', message: ' fine ' });
    expect(first).toMatchObject({ status: 201, body: { rating: 5, message: 'fine' } });
    const second = await own.post('/api/feedback', { rating: 0 });
    expect(second).toMatchObject({ status: 200, body: { id: first.body.id, rating: 0, message: null } });
    expect((await own.get('/api/feedback')).body).toEqual(second.body);
    await chance(1);
    expect(await prompt()).toEqual({ shouldPrompt: false, reason: 'already_submitted' });
    expect((await own.get('/api/feedback/status')).body).toEqual({ inRollout: true, submitted: true });
  });

  it('has a rating from 0 to 5 and at most 250 words', async () => {
    await create({ key: 'feedback_prompt' });
    const wrong = [{}, { rating: 6 }, { rating: -1 }, { rating: 2.5 }, { rating: '' }, { rating: 'good' }];
    const long = [
      { rating: 1, message: 'word '.repeat(251) },
      { rating: 1, message: 'x'.repeat(4_001) },
    ];
    for (const body of [...wrong, ...long]) {
      expect([body, (await own.post('/api/feedback', body)).status]).toEqual([body, 400]);
    }
    expect((await own.post('/api/feedback', { rating: 1, message: 'word '.repeat(250) })).status).toBeLessThan(300);
  });

  it('is read and deleted by staff, and its average is told to everybody at once', async () => {
    await panel.prisma.feedback.deleteMany();
    await create({ key: 'feedback_prompt' });
    const summary = async (path: string): Promise<unknown> => (await panel.http.get(path)).body;
    await own.post('/api/feedback', { rating: 5 });
    expect(await summary('/public/feedback')).toEqual({ averageRating: 5, reviewCount: 1 });
    for (const rating of [4, 4]) {
      await panel.as(await openSession(panel, await createUser(panel))).post('/api/feedback', { rating });
    }
    expect(await summary('/api/public/feedback')).toEqual({ averageRating: 4.33, reviewCount: 3 });
    const page = await admin.get<{ data: { id: number }[] }>('/api/admin/feedback?limit=1&page=3');
    expect(page.body).toMatchObject({
      data: [{ rating: 5, userId: user.id, user: { id: user.id, email: user.email } }],
      total: 3,
      page: 3,
      limit: 1,
    });
    expect((await admin.get('/api/admin/feedback?rating=4')).body).toMatchObject({ total: 2 });
    expect((await admin.get('/api/admin/feedback?rating=')).body).toMatchObject({ total: 3 });
    const path = `/api/admin/feedback/${page.body.data[0]?.id}`;
    expect((await admin.delete(path)).body).toEqual({ success: true });
    expect((await admin.delete(path)).status).toBe(404);
    expect(await summary('/public/feedback')).toEqual({ averageRating: 4, reviewCount: 2 });
  });
});
