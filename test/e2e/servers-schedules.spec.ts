import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ScheduleRuns } from '../../src/servers/schedules/schedule-runs.service.js';
import { announce, daemonOf, FLAVOURS } from '../support/daemons.js';
import {
  addSubuser,
  createApiKey,
  createEgg,
  createNode,
  createServer,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestEgg, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';
import type { Flavour } from '../support/wings/types.js';

interface Entry {
  id: string;
  next_run_at: string | null;
  last_run_at: string | null;
  tasks: object[];
}

interface Run {
  due_at: string;
  manual: boolean;
  status: string;
  problem: string | null;
}

let panel: TestPanel;
let owner: TestUser;
let http: HttpClient;
let egg: TestEgg;
const daemons: SimulatedWings[] = [];

beforeAll(async () => {
  panel = await startPanel();
  owner = await createUser(panel);
  http = panel.as(await openSession(panel, owner));
  egg = await createEgg(panel);
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.crash();
  await panel.prisma.allocation.deleteMany();
  await panel.prisma.server.deleteMany();
});
afterAll(() => panel.close());

interface Place {
  server: TestServer;
  daemon: SimulatedWings;
  path: string;
}

/** A server of the owner that runs on a daemon. */
async function place(flavour: Flavour = 'rs'): Promise<Place> {
  const node = await createNode(panel);
  const server = await createServer(panel, { owner, node, egg }, { state: 'running' });
  const daemon = daemonOf(panel, node, flavour);
  daemons.push(daemon);
  await daemon.boot();
  await announce(panel, node, daemon);
  await daemon.server(server.uuid).power('start');
  await until('the server runs', () => daemon.server(server.uuid).state === 'running');
  return { server, daemon, path: `/api/servers/${server.uuid}/schedules` };
}

/** A server that no daemon knows. */
async function shelf(): Promise<{ server: TestServer; path: string }> {
  const server = await createServer(panel, { owner, node: await createNode(panel), egg }, { state: 'running' });
  return { server, path: `/api/servers/${server.uuid}/schedules` };
}

async function create(path: string, body: object): Promise<Entry> {
  const answer = await http.post<Entry>(path, body);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body;
}

const makeDue = (uuid: string, secondsAgo = 1) =>
  panel.prisma.serverSchedule.update({
    where: { uuid },
    data: { nextRunAt: new Date(Date.now() - secondsAgo * 1000) },
  });
const beginDue = () => panel.app.get(ScheduleRuns).beginDue();
const runsOf = async (path: string, id: string): Promise<Run[]> => (await http.get<Run[]>(`${path}/${id}/runs`)).body;
const ended = (path: string, id: string) =>
  until('the run has ended', async () => {
    const [run] = await runsOf(path, id);
    return run !== undefined && run.status !== 'running' ? run : undefined;
  });

describe.each(FLAVOURS)('a schedule of a server on a %s daemon', (flavour) => {
  it('does its tasks in their order when it is due', async () => {
    const { server, daemon, path } = await place(flavour);
    const { id } = await create(path, {
      name: 'Nightly',
      cron_minute: '0',
      cron_hour: '4',
      timezone: 'Europe/Berlin',
      tasks: [
        { action: 'command', payload: 'say Good night' },
        { action: 'backup', payload: '*.log', time_offset: 1 },
        { action: 'power', payload: 'stop' },
      ],
    });
    await makeDue(id);
    await beginDue();
    expect(await ended(path, id)).toMatchObject({ status: 'completed', problem: null, manual: false });
    expect(daemon.server(server.uuid).logs.join('\n')).toContain('say Good night');
    await until('the server stops', () => daemon.server(server.uuid).state === 'offline');
    expect(await panel.prisma.serverBackup.findMany()).toMatchObject([{ scheduled: true, ignoredFiles: '*.log' }]);
    const after = (await http.get<Entry>(`${path}/${id}`)).body;
    expect(new Date(after.next_run_at ?? 0).getTime()).toBeGreaterThan(Date.now());
    expect(after.last_run_at).not.toBeNull();
  });
});

describe('schedules', () => {
  it('are made, listed, changed and deleted', async () => {
    const { path } = await shelf();
    const made = await create(path, {});
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: '',
      cron_minute: '*',
      cron_hour: '*',
      cron_day_of_month: '*',
      cron_month: '*',
      cron_day_of_week: '*',
      timezone: 'UTC',
      is_active: true,
      only_when_online: false,
      last_run_at: null,
      next_run_at: expect.any(String),
      created_at: expect.any(String),
      tasks: [],
    });
    const tasks = [{ action: 'power', payload: 'restart', time_offset: 0, continue_on_failure: true }];
    const changed = await http.put<Entry>(`${path}/${made.id}`, { name: 'Restart', is_active: false, tasks });
    expect(changed.body).toMatchObject({ name: 'Restart', is_active: false, next_run_at: null, tasks });
    expect((await http.put<Entry>(`${path}/${made.id}`, { is_active: true })).body).toMatchObject({
      name: 'Restart',
      tasks,
    });
    expect((await http.get<Entry[]>(path)).body).toHaveLength(1);
    expect((await http.delete(`${path}/${made.id}`)).body).toEqual({ success: true });
    expect((await http.delete(`${path}/${made.id}`)).status).toBe(404);
    expect((await http.get(`${path}/${made.id}`)).status).toBe(404);
  });

  it.each([
    [{ cron_minute: '61' }, 'schedules.invalid_cron'],
    [{ cron_minute: '0 0' }, 'request.validation'],
    [{ cron_day_of_month: '30', cron_month: '2' }, 'schedules.invalid_cron'],
    [{ timezone: 'Mars/Olympus' }, 'schedules.timezone'],
    [{ tasks: [{ action: 'power', payload: 'explode' }] }, 'schedules.invalid_payload'],
    [{ tasks: [{ action: 'command', payload: 'a\nb' }] }, 'schedules.invalid_payload'],
    [{ tasks: [{ action: 'command' }] }, 'schedules.invalid_payload'],
    [{ tasks: [{ action: 'shell', payload: 'rm' }] }, 'request.validation'],
    [{ tasks: Array.from({ length: 21 }, () => ({ action: 'backup' })) }, 'request.validation'],
  ])('are refused for %j', async (body, code) => {
    const { path } = await shelf();
    const answer = await http.post(path, body);
    expect([answer.status, answer.body]).toMatchObject([400, { code }]);
  });

  it('are at most 25 a server, also when fifty are made at once', async () => {
    const { path } = await shelf();
    const answers = await Promise.all(Array.from({ length: 50 }, () => http.post(path, {})));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(25);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(25);
    expect(await panel.prisma.serverSchedule.count()).toBe(25);
  });

  it('run once for a due time, however many replicas look at once', async () => {
    const { path } = await shelf();
    const ids: string[] = [];
    for (let count = 0; count < 10; count++) ids.push((await create(path, {})).id);
    await panel.prisma.serverSchedule.updateMany({ data: { nextRunAt: new Date(Date.now() - 1000) } });
    await Promise.all(Array.from({ length: 20 }, beginDue));
    expect(await panel.prisma.scheduleRun.count()).toBe(10);
    await until(
      'all have ended',
      async () => (await panel.prisma.scheduleRun.count({ where: { state: 'completed' } })) === 10,
    );
  });

  it('that were due while the panel was away for long are skipped, and wait for the next time', async () => {
    const { path } = await shelf();
    const { id } = await create(path, { tasks: [{ action: 'power', payload: 'stop' }] });
    await makeDue(id, 7200);
    await beginDue();
    expect(await ended(path, id)).toMatchObject({ status: 'skipped', problem: expect.stringContaining('not running') });
    await makeDue(id, 60);
    await beginDue();
    await until('there is another run', async () => (await runsOf(path, id)).length === 2);
  });

  it('do not begin again while they run', async () => {
    const { path } = await shelf();
    const { id } = await create(path, { tasks: [{ action: 'backup', time_offset: 3600 }] });
    expect((await http.post(`${path}/${id}/run`)).status).toBe(200);
    const again = await http.post(`${path}/${id}/run`);
    expect([again.status, again.body]).toMatchObject([409, { code: 'schedules.running' }]);
    await makeDue(id);
    await beginDue();
    expect((await runsOf(path, id)).map(({ status, manual }) => [status, manual])).toEqual(
      expect.arrayContaining([
        ['running', true],
        ['skipped', false],
      ]),
    );
  });

  it('only for running servers are skipped while it is off', async () => {
    const { server, path } = await shelf();
    const { id } = await create(path, { only_when_online: true, tasks: [{ action: 'power', payload: 'restart' }] });
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data: { state: 'offline' } });
    await http.post(`${path}/${id}/run`);
    expect(await ended(path, id)).toMatchObject({ status: 'skipped', manual: true });
  });

  it('stop at a task that fails, unless it may fail', async () => {
    const { path } = await shelf();
    const failing = { action: 'command', payload: 'say hi' };
    const strict = await create(path, { tasks: [failing, { action: 'power', payload: 'stop' }] });
    const lenient = await create(path, { tasks: [{ ...failing, continue_on_failure: true }, failing] });
    for (const { id } of [strict, lenient]) {
      await http.post(`${path}/${id}/run`);
      expect(await ended(path, id)).toMatchObject({ status: 'failed', problem: 'The node cannot be reached' });
    }
    const position = async (scheduleUuid: string) =>
      (await panel.prisma.scheduleRun.findFirstOrThrow({ where: { scheduleUuid } })).position;
    expect([await position(strict.id), await position(lenient.id)]).toEqual([1, 2]);
  });

  it('do nothing with a suspended server', async () => {
    const { server, path } = await shelf();
    const { id } = await create(path, { tasks: [{ action: 'power', payload: 'start' }] });
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data: { suspended: true } });
    await makeDue(id);
    await beginDue();
    const run = await until('the run has ended', async () => {
      const found = await panel.prisma.scheduleRun.findFirstOrThrow({ where: { scheduleUuid: id } });
      return found.state === 'running' ? undefined : found;
    });
    expect(run).toMatchObject({ state: 'failed', problem: 'The server is suspended' });
  });

  it('keep within the limit of backups by letting the oldest of their own go', async () => {
    const { server, path } = await place();
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: { backups: 2 } } });
    const backup = { serverUuid: server.uuid, nodeId: server.nodeId, state: 'completed' } as const;
    await panel.prisma.serverBackup.create({ data: { ...backup, name: 'by hand', createdAt: new Date(0) } });
    const old = await panel.prisma.serverBackup.create({ data: { ...backup, name: 'old', scheduled: true } });
    const { id } = await create(path, { tasks: [{ action: 'backup' }] });
    await http.post(`${path}/${id}/run`);
    expect(await ended(path, id)).toMatchObject({ status: 'completed' });
    await until(
      'the oldest is gone',
      async () => (await panel.prisma.serverBackup.findUnique({ where: { uuid: old.uuid } })) === null,
    );
    expect((await panel.prisma.serverBackup.findMany()).map(({ name }) => name)).toContain('by hand');
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: {} } });
  });

  it('do nothing that their maker may not do himself', async () => {
    const { server, path } = await shelf();
    const friend = await createUser(panel);
    await addSubuser(panel, server, friend, ['schedules', 'power']);
    const client = panel.as(await openSession(panel, friend));
    const power = [{ action: 'power', payload: 'restart' }];
    const command = [{ action: 'command', payload: 'op friend' }];
    expect((await client.post(path, { tasks: power })).status).toBe(200);
    expect((await client.post(path, { tasks: command })).status).toBe(403);
    const { id } = await create(path, { tasks: command, is_active: false });
    for (const [method, url, body] of [
      ['POST', `${path}/${id}/run`, {}],
      ['PUT', `${path}/${id}`, { is_active: true }],
    ] as const) {
      expect([url, (await client.request(method, url, { body })).status]).toEqual([url, 403]);
    }
    const key = await createApiKey(panel, owner, { permissions: ['schedules:create', 'servers:power'] });
    expect((await panel.as(key).post(path, { tasks: command })).status).toBe(403);
    expect((await panel.as(key).post(path, { tasks: power })).status).toBe(200);
  });

  it('of another server are not found under this one', async () => {
    const [mine, theirs] = [await shelf(), await shelf()];
    const { id } = await create(theirs.path, {});
    expect((await http.get(`${mine.path}/${id}`)).status).toBe(404);
    expect((await http.get(`${mine.path}/${id}/runs`)).status).toBe(404);
    expect((await http.put(`${mine.path}/${id}`, { name: 'x' })).status).toBe(404);
    expect((await http.post(`${mine.path}/${id}/run`)).status).toBe(404);
    await http.delete(`${mine.path}/${id}`);
    expect((await http.get(`${theirs.path}/${id}`)).status).toBe(200);
  });

  it('have failed when the panel stopped in the middle of a task', async () => {
    const { path } = await shelf();
    const { id } = await create(path, { tasks: [{ action: 'power', payload: 'stop' }] });
    // The task was begun (the position moved on), and the job comes back because nobody finished it.
    const run = await panel.prisma.scheduleRun.create({ data: { scheduleUuid: id, dueAt: new Date(), position: 1 } });
    await panel.prisma.$transaction((tx) => panel.app.get(ScheduleRuns).enqueue(tx, run.id, 0, 0));
    expect(await ended(path, id)).toMatchObject({ status: 'failed', problem: 'The panel stopped during a task' });
  });
});
