import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsoleBench } from '../support/console-bench.js';
import type { ConsoleStage } from '../support/console-bench.js';
import { createAdmin, createApiKey, openSession, PASSWORD } from '../support/factories.js';
import type { TestApiKey } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import type { ConsoleClient } from '../support/wings/console-client.js';

let bench: ConsoleBench;
let staff: HttpClient;
beforeAll(async () => {
  bench = await ConsoleBench.open();
  staff = bench.panel.as(await openSession(bench.panel, await createAdmin(bench.panel)));
});
afterAll(() => bench.close());

interface Doors extends ConsoleStage {
  readonly key: TestApiKey;
  readonly console: ConsoleClient;
}

/** An owner who is in through every door. */
async function open(): Promise<Doors> {
  const stage = await bench.stage();
  const key = await createApiKey(bench.panel, stage.owner, { permissions: ['*'] });
  const doors = { ...stage, key, console: await bench.watchLive(stage.session, stage.uuid) };
  expect(await through(doors)).toEqual([200, 200, 200, 200]);
  return doors;
}

/** What each door answers: session, API key, SFTP, sign-in. */
async function through({ session, key, node, server, owner }: Doors): Promise<number[]> {
  const { panel } = bench;
  const username = `${owner.email}.${server.shortId}`;
  const answers = [
    await panel.as(session).get('/api/servers'),
    await panel.as(key).get('/api/servers'),
    await panel.as(node).post('/api/remote/sftp/auth', { type: 'password', username, password: PASSWORD }),
    await panel.http.post('/api/auth/login', { email: owner.email, password: PASSWORD }),
  ];
  return answers.map(({ status }) => status);
}

const SHUT = [403, 403, 403, 403];

/** Why the open console was closed, and what a new one is told. */
async function consoleRefusals(doors: Doors): Promise<string[]> {
  const { reason } = await doors.console.closed;
  const again = await bench.connect(bench.proxy(doors.uuid, doors.session.token));
  return [reason, (await again.closed).reason];
}

describe('on the next request, and on an open console', () => {
  it('a suspension shuts every door, and its end opens them again', async () => {
    const doors = await open();
    await staff.put(`/api/users/${doors.owner.id}`, { suspended: true });
    expect(await through(doors)).toEqual(SHUT);
    const text = 'Account is suspended. Please contact support.';
    expect(await consoleRefusals(doors)).toEqual([text, text]);
    await staff.put(`/api/users/${doors.owner.id}`, { suspended: false });
    expect(await through(doors)).toEqual([200, 200, 200, 200]);
    await (await bench.watchLive(doors.session, doors.uuid)).close();
  });

  it('an approved deletion shuts every door, and its cancellation by link opens them again', async () => {
    const doors = await open();
    const { body } = await bench.panel.as(doors.session).post<{ record: { id: number } }>('/api/deletion-requests');
    expect(await through(doors)).toEqual([200, 200, 200, 200]);
    await staff.put(`/api/admin/deletions/${body.record.id}`, { status: 'approved' });
    expect(await through(doors)).toEqual(SHUT);
    const text = 'Account is pending deletion and currently frozen';
    expect(await consoleRefusals(doors)).toEqual([text, text]);
    const [link] = linksIn(await mailTo(bench.panel.prisma, doors.owner.email, 'deletion-approved'));
    const token = link?.searchParams.get('token');
    expect((await bench.panel.http.post('/api/deletion-requests/cancel', { token })).status).toBe(200);
    expect(await through(doors)).toEqual([200, 200, 200, 200]);
    await (await bench.watchLive(doors.session, doors.uuid)).close();
  });

  it('a deleted account has no door left', async () => {
    const doors = await open();
    const { body } = await bench.panel.as(doors.session).post<{ record: { id: number } }>('/api/deletion-requests');
    await staff.delete(`/api/servers/${doors.uuid}?force=true`);
    await staff.put(`/api/admin/deletions/${body.record.id}`, { status: 'approved' });
    expect((await staff.post(`/api/admin/deletions/${body.record.id}/expedite`)).status).toBe(200);
    expect(await through(doors)).toEqual([401, 401, 403, 401]);
    await doors.console.closed;
  });
});
