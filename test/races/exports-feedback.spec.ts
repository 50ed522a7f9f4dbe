import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ExportRunner } from '../../src/identity/exports/export-runner.service.js';
import { createAdmin, createExport, createUser, openSession } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const PARALLEL = 50;
let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const times = <Value>(work: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: PARALLEL }, (_, index) => work(index)));
const count = (statuses: readonly number[], wanted: number): number =>
  statuses.filter((status) => status === wanted).length;

it('of fifty requests for an export one is taken', async () => {
  const user = await createUser(panel);
  const own = panel.as(await openSession(panel, user));
  const statuses = (await times(() => own.post('/api/users/me/export-request'))).map(({ status }) => status);
  expect([count(statuses, 200), count(statuses, 409)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.exportJob.count({ where: { userId: user.id } })).toBe(1);
});

it('fifty exports that staff wants of one person at once are one', async () => {
  const user = await createUser(panel);
  // Nobody works on it before all have asked.
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const answers = await times(() => admin.post<{ jobId: string }>(`/api/admin/users/${user.id}/export-job`));
  const ids = new Set(answers.map(({ body }) => body.jobId));
  expect(await panel.prisma.exportJob.count({ where: { userId: user.id } })).toBe(ids.size);
  const open = await panel.prisma.exportJob.count({
    where: { userId: user.id, status: { in: ['queued', 'running'] } },
  });
  expect(open).toBeLessThanOrEqual(1);
});

it('fifty runs of one export make one archive', async () => {
  const user = await createUser(panel);
  const { id } = await panel.prisma.exportJob.create({ data: { userId: user.id }, select: { id: true } });
  const runner = panel.app.get(ExportRunner);
  await times(() => runner.run(id));
  const job = await panel.prisma.exportJob.findUniqueOrThrow({ where: { id }, include: { chunks: true } });
  expect([job.status, job.attempts]).toEqual(['completed', 1]);
  expect(job.chunks.reduce((bytes, { data }) => bytes + data.length, 0)).toBe(Number(job.sizeBytes));
});

it('a share link opened fifty times at once gives the archive out once', async () => {
  const { id } = await createExport(panel, await createUser(panel));
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const { body } = await admin.post<{ sharePath: string }>(`/api/admin/export-jobs/${id}/share-link`);
  const statuses = (await times(() => panel.http.unchecked.get(body.sharePath))).map(({ status }) => status);
  expect([count(statuses, 200), count(statuses, 410)]).toEqual([1, PARALLEL - 1]);
  const job = await panel.prisma.exportJob.findUniqueOrThrow({ where: { id } });
  expect([job.shareOpens, job.shareDownloadsRemaining]).toEqual([1, 0]);
});

it('of fifty decisions on a request one counts', async () => {
  const { id } = await panel.prisma.exportJob.create({
    data: { userId: (await createUser(panel)).id, status: 'pending' },
    select: { id: true },
  });
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const answers = await times((index) =>
    admin.post(`/api/admin/export-jobs/${id}/${index % 2 === 0 ? 'approve' : 'reject'}`),
  );
  const statuses = answers.map(({ status }) => status);
  expect([count(statuses, 200), count(statuses, 409)]).toEqual([1, PARALLEL - 1]);
});

it('fifty ratings of one person at once are one, and one of them was the first', async () => {
  await panel.prisma.rollout.create({ data: { name: 'Feedback', key: 'feedback_prompt' } });
  const user = await createUser(panel);
  const own = panel.as(await openSession(panel, user));
  const answers = await times((index) => own.post('/api/feedback', { rating: index % 6 }));
  const statuses = answers.map(({ status }) => status);
  expect([count(statuses, 201), count(statuses, 200)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.feedback.count({ where: { userId: user.id } })).toBe(1);
});

it('of fifty rollouts with one key one is made', async () => {
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const answers = await times((index) => admin.post('/api/admin/rollouts', { name: `x ${index}`, key: 'same' }));
  const statuses = answers.map(({ status }) => status);
  expect([count(statuses, 201), count(statuses, 400)]).toEqual([1, PARALLEL - 1]);
});
