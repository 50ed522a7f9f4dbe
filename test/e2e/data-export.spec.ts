import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request as send } from 'undici';
import { ExportRunner } from '../../src/identity/exports/export-runner.service.js';
import { ExportSources, rowsOf } from '../../src/common/data-export/export-sources.js';
import { ExportUpkeep } from '../../src/identity/exports/export-upkeep.service.js';
import {
  addSubuser,
  createAdmin,
  createApiKey,
  createEgg,
  createExport,
  createNode,
  createServer,
  createStaff,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { Caller, HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

interface Job {
  id: string;
  status: string;
  progress: number;
  message: string | null;
  sizeBytes: number;
}
interface Export {
  format: string;
  version: number;
  userId: number;
  [source: string]: unknown;
}

const REQUEST = '/api/users/me/export-request';
let panel: TestPanel;
let root: HttpClient;

beforeAll(async () => {
  panel = await startPanel();
  root = panel.as(await openSession(panel, await createAdmin(panel)));
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));

/** Asks for an export and waits until it is done. */
async function finished(client: HttpClient): Promise<Job> {
  const { body } = await client.post<{ jobId: string }>(REQUEST);
  return until('the export is done', () => jobOf(body.jobId, 'completed'), { within: 200_000 });
}

async function jobOf(id: string, status: string): Promise<Job | undefined> {
  const { body } = await root.get<{ job: Job }>(`/api/admin/export-jobs/${id}`);
  return body.job.status === status ? body.job : undefined;
}

/** What is downloaded, as bytes. */
async function download(path: string, caller: Caller = { headers: {} }) {
  const { statusCode, headers, body } = await send(`${panel.url}${path}`, { headers: caller.headers });
  return { status: statusCode, headers, bytes: Buffer.from(await body.arrayBuffer()) };
}

/** The one file of the archive. */
function fileIn(archive: Buffer): { name: string; text: string } {
  const tar = gunzipSync(archive);
  const field = (from: number, to: number) => tar.toString('latin1', from, to).replace(/\0.*$/s, '');
  const size = Number.parseInt(field(124, 136), 8);
  expect(tar.length).toBe(512 + Math.ceil(size / 512) * 512 + 1024);
  return { name: field(0, 100), text: tar.toString('utf8', 512, 512 + size) };
}

async function exportOf(user: TestUser): Promise<Export> {
  const caller = await openSession(panel, user);
  const { id } = await finished(panel.as(caller));
  const { bytes } = await download(`/api/users/me/export-jobs/${id}/download`, caller);
  return JSON.parse(fileIn(bytes).text) as Export;
}

describe('an export of one’s own data', () => {
  it('holds what every area keeps, and nothing that opens anything', async () => {
    const [user, friend] = [await createUser(panel), await createUser(panel)];
    const [node, egg] = [await createNode(panel), await createEgg(panel)];
    const server = await createServer(
      panel,
      { owner: user, node, egg },
      { environment: { SERVER_JARFILE: 'mine.jar', LICENCE_KEY: 'planted-licence' } },
    );
    const theirs = await createServer(panel, { owner: friend, node, egg });
    await addSubuser(panel, theirs, user, ['console']);
    const key = await createApiKey(panel, user, { permissions: ['servers:read'] });
    await panel.prisma.outboundMail.create({
      data: { userId: user.id, toAddress: user.email, template: 'x', subject: 'Reset', text: 'planted-link', html: '' },
    });
    await panel.prisma.feedback.create({ data: { userId: user.id, rating: 4, message: 'good' } });
    const caller = await openSession(panel, user);
    const job = await finished(panel.as(caller));
    const answer = await download(`/api/users/me/export-jobs/${job.id}/download`, caller);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/gzip',
      'content-disposition': `attachment; filename="export-${user.id}.tar.gz"`,
      'content-length': String(job.sizeBytes),
      'cache-control': 'no-store',
    });
    const { name, text } = fileIn(answer.bytes);
    const data = JSON.parse(text) as Export;
    expect(name).toBe('user-export.json');
    expect(data).toMatchObject({
      format: 'eclipanel-user-export',
      version: 1,
      userId: user.id,
      profile: [{ id: user.id, email: user.email, firstName: 'Robin' }],
      apiKeys: [{ id: key.id, permissions: ['servers:read'] }],
      servers: [{ uuid: server.uuid, environment: { SERVER_JARFILE: 'mine.jar' }, egg: egg.name }],
      serverAccess: [{ permissions: ['console'], server: { uuid: theirs.uuid } }],
      mails: [{ subject: 'Reset' }],
      feedback: [{ rating: 4, message: 'good' }],
      activity: [{ action: 'data-export:request' }],
    });
    const row = await panel.prisma.user.findUniqueOrThrow({ where: { id: user.id } });
    const digest = createHash('sha256').update(key.key).digest();
    const secrets = [row.passwordHash, '$argon2', key.key, digest.toString('hex'), digest.toString('base64')];
    const opening = [caller.sessionId, caller.token, 'planted-link', 'planted-licence', friend.email];
    expect([...secrets, ...opening].filter((secret) => text.includes(secret))).toEqual([]);
    expect(Object.keys(data).filter((name) => /hash|digest|seed|secret/i.test(name))).toEqual([]);
  });

  it('tells the person when it is ready', async () => {
    const user = await createUser(panel);
    const own = await as(user);
    await finished(own);
    expect((await own.get('/api/mailbox/notifications')).body).toMatchObject([
      { type: 'export', title: 'Your data export is ready', url: '/dashboard/settings' },
    ]);
  });

  it('is made once in 30 days; one that failed does not count', async () => {
    const user = await createUser(panel);
    const own = await as(user);
    const first = await own.post<{ jobId: string }>(REQUEST);
    expect(first.body).toMatchObject({ success: true, status: 'queued' });
    expect(await own.post(REQUEST)).toMatchObject({ status: 409, body: { code: 'exports.too_soon' } });
    await until('it is done', () => jobOf(first.body.jobId, 'completed'), { within: 30_000 });
    const change = (data: object) => panel.prisma.exportJob.update({ where: { id: first.body.jobId }, data });
    await change({ createdAt: new Date(Date.now() - 31 * 86_400_000) });
    expect((await own.post(REQUEST)).status).toBe(200);
    await panel.prisma.exportJob.updateMany({ where: { userId: user.id }, data: { status: 'failed' } });
    expect((await own.post(REQUEST)).status).toBe(200);
    const { body } = await own.get<{ jobs: Job[] }>('/api/users/me/export-jobs');
    expect(body.jobs).toHaveLength(3);
  });

  it('is for its person only, and not for keys', async () => {
    const user = await createUser(panel);
    const { id } = await createExport(panel, user);
    const path = `/api/users/me/export-jobs/${id}/download`;
    const stranger = await openSession(panel, await createUser(panel));
    expect((await download(path, stranger)).status).toBe(404);
    expect((await download(path, await createApiKey(panel, user, { permissions: ['*'] }))).status).toBe(403);
    expect((await download(path)).status).toBe(401);
    expect((await download(path, await openSession(panel, user))).status).toBe(200);
    const byStaff = await createExport(panel, user, { adminId: 1 });
    expect((await download(path.replace(id, byStaff.id), await openSession(panel, user))).status).toBe(404);
    expect((await (await as(user)).get<{ jobs: Job[] }>('/api/users/me/export-jobs')).body.jobs).toHaveLength(1);
  });
});

describe('an export of a long history', () => {
  const fill = (user: TestUser, rows: number) =>
    panel.database.executeSql(
      `INSERT INTO "ActivityEntry" ("userId", "action", "metadata", "timestamp")
       SELECT $1::int, 'server:command', jsonb_build_object('n', n, 'text', repeat(md5(n::text), 4)),
              date_trunc('milliseconds', now()) - (n / 3) * interval '1 second'
       FROM generate_series(1, $2::int) AS n`,
      [user.id, rows],
    );

  it.each([10_000, 100_000])(
    'of %d entries is whole, and is read and kept in small pieces',
    async (rows) => {
      const user = await createUser(panel);
      await fill(user, rows);
      const sizes: number[] = [];
      const query = panel.database.query.bind(panel.database);
      panel.database.query = async <Row>(...args: Parameters<typeof query>): Promise<Row[]> => {
        const result = await query<Row>(...args);
        sizes.push(result.length);
        return result;
      };
      const data = await exportOf(user).finally(() => {
        panel.database.query = query;
      });
      const numbers = (data['activity'] as { metadata: { n?: number } | null }[]).map(({ metadata }) => metadata?.n);
      expect(new Set(numbers.filter((number) => number !== undefined)).size).toBe(rows);
      expect(numbers.filter((number) => number !== undefined)).toHaveLength(rows);
      // Pages of 500, and what has the same time as their last.
      expect(Math.max(...sizes)).toBeLessThanOrEqual(510);
      const { rows: pieces } = await panel.database.executeSql(
        `SELECT count(*)::int AS n, max(octet_length("data"))::int AS largest FROM "ExportChunk" c
       JOIN "ExportJob" j ON j."id" = c."jobId" WHERE j."userId" = $1`,
        [user.id],
      );
      const [{ n, largest }] = pieces as [{ n: number; largest: number }];
      expect(n).toBeGreaterThan(rows / 2_000);
      expect(largest).toBeLessThanOrEqual(262_144);
    },
    300_000,
  );
});

describe('where staff has to agree', () => {
  beforeAll(() => root.patch('/api/admin/settings', { dataExportApproval: true }));
  afterAll(() => root.patch('/api/admin/settings', { dataExportApproval: false }));

  const requested = async (): Promise<string> => {
    const own = await as(await createUser(panel));
    const { body } = await own.post<{ jobId: string; status: string }>(REQUEST);
    expect(body.status).toBe('pending');
    return body.jobId;
  };

  it('an export waits, and begins with the approval', async () => {
    const id = await requested();
    await panel.app.get(ExportRunner).run(id);
    expect(await jobOf(id, 'pending')).toBeDefined();
    expect((await root.post(`/api/admin/export-jobs/${id}/approve`)).body).toEqual({ success: true });
    await until('it is done', () => jobOf(id, 'completed'), { within: 30_000 });
    expect(await root.post(`/api/admin/export-jobs/${id}/reject`)).toMatchObject({
      status: 409,
      body: { code: 'exports.not_pending' },
    });
  });

  it('a refused one is never made', async () => {
    const id = await requested();
    expect((await root.post(`/api/admin/export-jobs/${id}/reject`)).status).toBe(200);
    await panel.app.get(ExportRunner).run(id);
    expect(await jobOf(id, 'rejected')).toBeDefined();
    expect((await root.post(`/api/admin/export-jobs/${id}/approve`)).status).toBe(409);
  });

  it('nobody agrees to his own request', async () => {
    const staff = await as(await createStaff(panel, ['admin:access', 'admin:export-jobs']));
    const { body } = await staff.post<{ jobId: string }>(REQUEST);
    expect(await staff.post(`/api/admin/export-jobs/${body.jobId}/approve`)).toMatchObject({
      status: 403,
      body: { code: 'exports.own_request' },
    });
    expect((await root.post(`/api/admin/export-jobs/${body.jobId}/approve`)).status).toBe(200);
  });
});

describe('an export that staff makes', () => {
  it('is queued once while it is under way, listed, read and downloaded', async () => {
    const user = await createUser(panel);
    const create = () => root.post<{ success: boolean; jobId: string }>(`/api/admin/users/${user.id}/export-job`);
    const [first, second] = await Promise.all([create(), create()]);
    const legacy = await root.get<{ jobId: string }>(`/api/admin/users/${user.id}/export`);
    expect([second.body.jobId, legacy.status]).toEqual([first.body.jobId, 202]);
    const { jobId } = first.body;
    await until('it is done', () => jobOf(jobId, 'completed'), { within: 30_000 });
    const list = await root.get<{ jobs: Job[]; meta: object }>('/api/admin/export-jobs?status=completed&limit=500');
    expect(list.body.jobs.map(({ id }) => id)).toContain(jobId);
    expect(list.body.meta).toMatchObject({ runnerCron: '*/5 * * * *', lastRunAt: expect.any(String) });
    expect((await root.get('/api/admin/export-jobs?status=nonsense')).status).toBe(400);
    const archive = await root.unchecked.get(`/api/admin/export-jobs/${jobId}/download`);
    expect(archive.headers['content-disposition']).toBe(`attachment; filename="export-${user.id}.tar.gz"`);
    // Staff may have to keep silent about it.
    expect((await (await as(user)).get('/api/mailbox/notifications')).body).toEqual([]);
    const trail = await panel.prisma.activityEntry.findMany({
      where: { targetType: 'user', targetId: String(user.id), action: { startsWith: 'admin:data-export' } },
      orderBy: { id: 'asc' },
    });
    expect(trail.map(({ action }) => action).sort()).toEqual([
      'admin:data-export:create',
      'admin:data-export:download',
    ]);
  });

  it('needs an account that is there and holds no more than the staff', async () => {
    expect((await root.post('/api/admin/users/99999999/export-job')).status).toBe(404);
    const staff = await as(await createStaff(panel, ['admin:access', 'admin:export-jobs']));
    const admin = await createAdmin(panel);
    expect((await staff.post(`/api/admin/users/${admin.id}/export-job`)).status).toBe(403);
    const { id } = await createExport(panel, admin);
    expect((await staff.get(`/api/admin/export-jobs/${id}/download`)).status).toBe(403);
    expect((await staff.post(`/api/admin/export-jobs/${id}/share-link`)).status).toBe(403);
  });

  it('is not there to download before it is done', async () => {
    const { id } = await createExport(panel, await createUser(panel), { status: 'running' });
    for (const answer of [
      await root.get(`/api/admin/export-jobs/${id}/download`),
      await root.post(`/api/admin/export-jobs/${id}/share-link`),
    ]) {
      expect(answer).toMatchObject({ status: 400, body: { code: 'exports.not_completed' } });
    }
    expect((await root.get('/api/admin/export-jobs/nonsense/download')).status).toBe(404);
  });
});

describe('a share link', () => {
  interface Link {
    shareUrl: string;
    sharePath: string;
    link: string;
  }
  const shared = async (body: object = {}): Promise<{ id: string; link: Link }> => {
    const { id } = await createExport(panel, await createUser(panel));
    return { id, link: (await root.post<Link>(`/api/admin/export-jobs/${id}/share-link`, body)).body };
  };

  it('gives the archive out once, to nobody in particular, and is kept as a digest', async () => {
    const { id, link } = await shared({ expiresHours: '48' });
    expect(link).toMatchObject({ shareUrl: `${panel.config.panelUrl}${link.sharePath}`, link: link.shareUrl });
    const secret = link.sharePath.split('/').at(-1) ?? '';
    expect(JSON.stringify((await root.get('/api/admin/export-jobs')).body)).not.toContain(secret);
    const row = await panel.prisma.exportJob.findUniqueOrThrow({ where: { id } });
    expect(Buffer.from(row.shareDigest ?? []).toString('hex')).toBe(createHash('sha256').update(secret).digest('hex'));
    const first = await download(link.sharePath);
    expect([first.status, gunzipSync(first.bytes).toString()]).toEqual([200, 'an archive']);
    expect(await panel.http.get(link.sharePath)).toMatchObject({ status: 410, body: { code: 'exports.link_used' } });
    expect((await root.get<{ job: object }>(`/api/admin/export-jobs/${id}`)).body.job).toMatchObject({
      shareOpens: 1,
      shareDownloadsRemaining: 0,
    });
  });

  it('ends with its time, with a newer one, and with the archive', async () => {
    const late = await shared();
    await panel.prisma.exportJob.update({ where: { id: late.id }, data: { shareLinkExpiresAt: new Date(0) } });
    expect(await panel.http.get(late.link.sharePath)).toMatchObject({
      status: 410,
      body: { code: 'exports.link_expired' },
    });
    const old = await shared();
    await root.post(`/api/admin/export-jobs/${old.id}/share-link`);
    expect((await panel.http.get(old.link.sharePath)).status).toBe(404);
    const gone = await shared();
    await panel.prisma.exportJob.update({ where: { id: gone.id }, data: { expiresAt: new Date(0) } });
    await panel.app.get(ExportUpkeep).run();
    expect((await panel.http.get(gone.link.sharePath)).status).toBe(404);
  });

  it('lasts from 1 to 720 hours, and unknown ones are not there', async () => {
    const { id } = await createExport(panel, await createUser(panel));
    for (const expiresHours of [0, 721, 1.5, 'x']) {
      expect((await root.post(`/api/admin/export-jobs/${id}/share-link`, { expiresHours })).status).toBe(400);
    }
    for (const secret of ['0'.repeat(64), 'x', `${'0'.repeat(64)}%00`]) {
      expect((await panel.http.get(`/api/public/export-shares/${secret}`)).status).toBe(404);
    }
  });
});

describe('the runner', () => {
  it('tries again when a source fails, and gives up after the third time without leaving pieces', async () => {
    const user = await createUser(panel);
    let calls = 0;
    panel.app.get(ExportSources).add({
      name: 'zzz',
      rows: (userId) =>
        rowsOf<object>(() => {
          if (userId !== user.id) return Promise.resolve([]);
          calls += 1;
          return Promise.reject(new Error('broken'));
        }),
    });
    const { id } = await panel.prisma.exportJob.create({ data: { userId: user.id } });
    const runner = panel.app.get(ExportRunner);
    for (const status of ['queued', 'queued', 'failed']) {
      await runner.run(id);
      expect(await jobOf(id, status)).toBeDefined();
    }
    await runner.run(id);
    expect(calls).toBe(3);
    expect(await panel.prisma.exportChunk.count({ where: { jobId: id } })).toBe(0);
    expect((await jobOf(id, 'failed'))?.message).toBe('The export could not be made.');
  });

  it('lets only the run that claimed last write', async () => {
    const user = await createUser(panel);
    const { id } = await panel.prisma.exportJob.create({ data: { userId: user.id } });
    const runner = panel.app.get(ExportRunner);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isFirst = true;
    panel.app.get(ExportSources).add({
      name: 'aaa',
      rows: async function* (userId) {
        if (userId !== user.id || !isFirst) return;
        isFirst = false;
        await held;
        yield { from: 'the run that was taken over' };
      },
    });
    const slow = runner.run(id);
    await until('the first run has begun', () => !isFirst);
    // It lives as far as anybody can tell: a second one leaves it alone.
    await runner.run(id);
    expect(await jobOf(id, 'running')).toBeDefined();
    await panel.prisma
      .$executeRaw`UPDATE "ExportJob" SET "updatedAt" = now() - interval '1 hour' WHERE "id" = ${id}::uuid`;
    await runner.run(id);
    expect(await jobOf(id, 'completed')).toBeDefined();
    release();
    await slow;
    const { bytes } = await download(`/api/users/me/export-jobs/${id}/download`, await openSession(panel, user));
    expect(fileIn(bytes).text).not.toContain('taken over');
  });

  it('takes up what a stopped process left, and removes archives whose time is over', async () => {
    const user = await createUser(panel);
    const left = await panel.prisma.exportJob.create({ data: { userId: user.id, status: 'running', attempts: 1 } });
    const hopeless = await panel.prisma.exportJob.create({ data: { userId: user.id, status: 'running', attempts: 3 } });
    await panel.prisma
      .$executeRaw`UPDATE "ExportJob" SET "updatedAt" = now() - interval '1 hour' WHERE "userId" = ${user.id}`;
    const over = await createExport(panel, await createUser(panel), { expiresAt: new Date(0) });
    const kept = await createExport(panel, await createUser(panel));
    await panel.app.get(ExportUpkeep).run();
    await until('it was taken up', () => jobOf(left.id, 'completed'), { within: 30_000 });
    expect(await jobOf(hopeless.id, 'failed')).toBeDefined();
    expect(await jobOf(over.id, 'expired')).toBeDefined();
    expect(await panel.prisma.exportChunk.count({ where: { jobId: over.id } })).toBe(0);
    expect(await panel.prisma.exportChunk.count({ where: { jobId: kept.id } })).toBe(1);
  });

  it('breaks a download off when the archive is removed meanwhile, instead of ending it as if it were whole', async () => {
    const user = await createUser(panel);
    const { id } = await createExport(panel, user, { sizeBytes: 1_000_000 });
    const caller = await openSession(panel, user);
    await expect(download(`/api/users/me/export-jobs/${id}/download`, caller)).rejects.toThrow();
  });
});
