import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Prisma } from '../../src/generated/prisma/client.js';
import { StudentExpiry } from '../../src/identity/student-verification/student-expiry.service.js';
import { EDUCATION_LIMITS } from '../../src/identity/student-verification/education-limits.js';
import { TestBrowser } from '../support/browser.js';
import { changeUser, createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { FakeGitHub } from '../support/fake-github.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
let github: FakeGitHub;
let accounts = 1_000;
beforeAll(async () => {
  github = await FakeGitHub.start();
  panel = await startPanel({ env: github.env });
});
afterAll(async () => {
  await panel.close();
  await github.close();
});

/** A student with a GitHub account that nobody used yet. */
async function createStudent(values: Partial<Prisma.UserCreateInput> = {}): Promise<TestUser> {
  github.user = { id: ++accounts, login: 'student', name: null };
  github.student = { student: true };
  return createUser(panel, values);
}

async function leave(user: TestUser, browser: TestBrowser): Promise<string> {
  const { headers } = await openSession(panel, user);
  const { body } = await browser.get<{ redirect: string }>('/api/auth/github/start', headers);
  return browser.visit(body.redirect);
}

async function verify(user: TestUser): Promise<string> {
  const browser = new TestBrowser(panel);
  const answer = await browser.back(await leave(user, browser));
  return String(answer.headers['location']).replace(panel.config.frontendUrl, '');
}

const accountOf = async (user: TestUser) =>
  (await panel.as(await openSession(panel, user)).get<Record<string, unknown>>('/api/users/me')).body;

describe('verifying a student with GitHub', () => {
  it('marks the account at once and gives it the quota of students', async () => {
    const user = await createStudent({ limits: { memory: 1024, disk: 100_000, serverLimit: null } });
    expect(await verify(user)).toBe('/dashboard/identity?studentVerified=1');
    expect(await accountOf(user)).toMatchObject({
      studentVerified: true,
      studentVerifiedAt: expect.any(String),
      portalType: 'educational',
      educationLimits: { ...EDUCATION_LIMITS, disk: 100_000, serverLimit: null },
      // Never less than before; what was not limited stays so.
      limits: { memory: 4096, disk: 100_000, serverLimit: null },
    });
    const session = await panel
      .as(await openSession(panel, user))
      .get<{ user: { studentVerified: boolean } }>('/api/auth/session');
    expect(session.body.user.studentVerified).toBe(true);
    const [entry] = await panel.prisma.activityEntry.findMany({ where: { userId: user.id } });
    expect(entry).toMatchObject({ action: 'student-verified', targetId: String(user.id) });
  });

  it.each(['paid', 'enterprise'] as const)('leaves a %s account what it is', async (portalType) => {
    const user = await createStudent({ portalType, limits: { memory: 512 } });
    expect(await verify(user)).toBe('/dashboard/identity?studentVerified=1');
    expect(await accountOf(user)).toMatchObject({ studentVerified: true, portalType, limits: { memory: 512 } });
  });

  it('leaves an account without a quota without one', async () => {
    const user = await createStudent();
    await verify(user);
    expect(await accountOf(user)).toMatchObject({ limits: null, educationLimits: EDUCATION_LIMITS });
  });

  it('says no to somebody who is no student, whatever else GitHub answers', async () => {
    const user = await createStudent();
    for (const answer of [{ student: false }, { student: 'true' }, {}, [], null, '<html>']) {
      github.student = answer;
      expect(await verify(user)).toBe('/dashboard/identity?studentVerified=0');
    }
    expect(await accountOf(user)).toMatchObject({ studentVerified: false, portalType: 'free' });
  });

  it('takes one GitHub account for one account here', async () => {
    const user = await createStudent();
    const another = await createUser(panel);
    expect(await verify(user)).toMatch(/=1$/);
    expect(await verify(another)).toMatch(/=0$/);
    expect(await verify(user)).toMatch(/=1$/);
    expect(await accountOf(another)).toMatchObject({ studentVerified: false });
  });

  it('redirects a browser, and gives a script the address', async () => {
    const session = await openSession(panel, await createUser(panel));
    const script = await panel.as(session).get<{ redirect: string }>('/api/auth/github/start');
    const { searchParams } = new URL(script.body.redirect);
    expect(searchParams.get('state')).toMatch(/^[0-9a-f]{32}$/);
    expect(searchParams.get('scope')).toBe('read:user user:email');
    const browser = await panel.as(session).get('/api/auth/github/start', { headers: { accept: 'text/html' } });
    expect([browser.status, browser.headers['location']]).toEqual([302, expect.stringContaining('/authorize?')]);
  });
});

describe('coming back from GitHub', () => {
  const INVALID = { status: 400, body: { error: 'Invalid or expired state' } };

  it('works once, in the browser that left', async () => {
    const user = await createStudent();
    const browser = new TestBrowser(panel);
    const back = await leave(user, browser);
    expect(await new TestBrowser(panel).get(back)).toMatchObject(INVALID);
    expect(await browser.get(back)).toMatchObject(INVALID);
    const again = await leave(user, browser);
    expect((await browser.back(again)).status).toBe(302);
    expect(await browser.get(again)).toMatchObject(INVALID);
  });

  it('names what is missing, and a code that GitHub does not take', async () => {
    const missing = { status: 400, body: { error: 'Missing code or state' } };
    for (const query of ['', '?code=1', '?state=2', '?code=&state=']) {
      expect(await panel.http.get(`/api/auth/github/callback${query}`)).toMatchObject(missing);
    }
    const browser = new TestBrowser(panel);
    const back = await leave(await createStudent(), browser);
    const wrong = await browser.get(back.replace(/code=[^&]+/, 'code=wrong'));
    expect(wrong).toMatchObject({ status: 400, body: { error: 'Failed to obtain access token' } });
  });

  it('does nothing for an account that was suspended meanwhile', async () => {
    const user = await createStudent();
    const browser = new TestBrowser(panel);
    const back = await leave(user, browser);
    await changeUser(panel, user, { suspended: true });
    expect((await browser.back(back)).headers['location']).toMatch(/studentVerified=0$/);
  });
});

describe('the student status', () => {
  const run = (): Promise<void> => panel.app.get(StudentExpiry).run();
  const proved = (user: TestUser, daysAgo: number) =>
    changeUser(panel, user, { studentVerifiedAt: new Date(Date.now() - daysAgo * 86_400_000) });

  it('ends after a year: the account is what it was before, and its owner is told', async () => {
    const user = await createStudent({ limits: { memory: 1024, disk: 100_000 } });
    await verify(user);
    await proved(user, 364);
    await run();
    expect(await accountOf(user)).toMatchObject({ studentVerified: true, portalType: 'educational' });
    await proved(user, 366);
    await Promise.all([run(), run()]);
    expect(await accountOf(user)).toMatchObject({
      studentVerified: false,
      studentVerifiedAt: null,
      educationLimits: null,
      portalType: 'free',
      limits: { memory: 1024, disk: 100_000 },
    });
    const action = 'scheduled-require-student-reverify';
    expect(await panel.prisma.activityEntry.count({ where: { userId: user.id, action } })).toBe(1);
    const notices = await panel.prisma.notification.findMany({ where: { userId: user.id } });
    expect(notices).toEqual([expect.objectContaining({ url: '/dashboard/identity', read: false })]);
  });

  it('can be proved again, with the same GitHub account, by this account or another one', async () => {
    const user = await createStudent({ limits: { memory: 1024 } });
    await verify(user);
    await proved(user, 366);
    await run();
    expect(await verify(user)).toMatch(/=1$/);
    expect(await accountOf(user)).toMatchObject({ studentVerified: true, limits: { memory: 4096 } });
    await run();
    expect(await accountOf(user)).toMatchObject({ studentVerified: true });
    await proved(user, 366);
    await run();
    expect(await accountOf(user)).toMatchObject({ limits: { memory: 1024 } });
    const another = await createUser(panel);
    expect(await verify(another)).toMatch(/=1$/);
  });

  it('that is proved again before its end goes back to the quota from before all of it', async () => {
    const user = await createStudent({ limits: { memory: 1024 } });
    await verify(user);
    await verify(user);
    await proved(user, 366);
    await run();
    expect(await accountOf(user)).toMatchObject({ portalType: 'free', limits: { memory: 1024 } });
  });

  it('takes away neither a quota that staff has set since nor what was paid for', async () => {
    const favoured = await createStudent({ limits: { memory: 1024 } });
    await verify(favoured);
    await changeUser(panel, favoured, { limits: { memory: 9000 } });
    const payer = await createStudent({ portalType: 'paid', limits: { memory: 512 } });
    await verify(payer);
    await proved(favoured, 366);
    await proved(payer, 366);
    await run();
    expect(await accountOf(favoured)).toMatchObject({ portalType: 'free', limits: { memory: 9000 } });
    expect(await accountOf(payer)).toMatchObject({
      studentVerified: false,
      portalType: 'paid',
      limits: { memory: 512 },
      educationLimits: null,
    });
  });

  it('is looked at every day, by one of the replicas', async () => {
    const { rows } = await panel.database.executeSql(
      `SELECT cron FROM pgboss.schedule WHERE name = 'identity.student_expiry'`,
    );
    expect(rows).toEqual([{ cron: '0 0 * * *' }]);
  });
});

it('is told to be off where the operator has not set GitHub up', async () => {
  const plain = await startPanel();
  try {
    const session = await openSession(plain, await createUser(plain));
    const start = await plain.as(session).get('/api/auth/github/start');
    expect(start).toMatchObject({ status: 503, body: { error: 'GitHub client id not configured' } });
    const callback = await plain.http.get('/api/auth/github/callback?code=1&state=2');
    expect(callback).toMatchObject({ status: 503, body: { error: 'GitHub OAuth not configured' } });
    expect((await plain.http.get('/api/auth/providers')).body).toEqual([]);
  } finally {
    await plain.close();
  }
});
