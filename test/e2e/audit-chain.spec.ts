import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditChain } from '../../src/admin/audit-chain/audit-chain.service.js';
import { Retention } from '../../src/admin/retention/retention.service.js';
import { AccountErasure } from '../../src/common/erasure/account-erasure.js';
import { createAdmin, createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { runCommand } from '../../src/start/commands.js';

interface Verification {
  intact: boolean;
  checked: number;
  erased: number;
  expired: number;
  from: number;
  head: { seq: number; hash: string };
  problems: { kind: string; seq: number; entryId: number | null }[];
}

const YEAR = 366 * 86_400_000;
let panel: TestPanel;
let admin: HttpClient;
let root: TestUser;

beforeAll(async () => {
  panel = await startPanel();
  root = await createAdmin(panel);
  admin = panel.as(await openSession(panel, root));
});
afterAll(() => panel.close());

/** Each test has a log and a chain of its own. */
beforeEach(async () => {
  await panel.prisma.$transaction([
    panel.prisma.auditLink.deleteMany(),
    panel.prisma.auditHead.deleteMany(),
    panel.prisma.auditCheckpoint.deleteMany(),
    panel.prisma.activityEntry.deleteMany(),
  ]);
});

const chain = () => panel.app.get(AuditChain).run();
const verify = async () => (await admin.get<Verification>('/api/admin/audit/verify')).body;
const kinds = async () => (await verify()).problems.map(({ kind }) => kind);
const write = (action: string, values: object = {}) =>
  panel.prisma.activityEntry.create({
    data: { action, userId: root.id, ipAddress: '192.0.2.1', metadata: { b: 1, a: 'x' }, ...values },
    select: { id: true },
  });
const writeSome = async () => [await write('one'), await write('two'), await write('three')] as const;

describe('the chain over the activity log', () => {
  it('is empty and intact before anything happens', async () => {
    expect(await verify()).toMatchObject({ intact: true, checked: 0, from: 1, head: { seq: 0 } });
  });

  it('links each entry once, whoever runs it how often at once', async () => {
    await writeSome();
    await Promise.all([chain(), chain(), chain()]);
    await write('four');
    await chain();
    expect(await verify()).toMatchObject({ intact: true, checked: 4, head: { seq: 4 }, problems: [] });
  });

  it('does not mind that somebody reads his entries', async () => {
    await writeSome();
    await chain();
    await panel.prisma.activityEntry.updateMany({ data: { isRead: true } });
    expect((await verify()).intact).toBe(true);
  });

  it.each([
    ['action', { action: 'harmless' }],
    ['author', { userId: null }],
    ['address', { ipAddress: null }],
    ['details', { metadata: { b: 1, a: 'y' } }],
    ['time', { timestamp: new Date(0) }],
  ])('notices a changed %s and names the entry', async (_what, data) => {
    const [, two] = await writeSome();
    await chain();
    await panel.prisma.activityEntry.update({ where: { id: two.id }, data, select: { id: true } });
    const { intact, problems } = await verify();
    expect([intact, problems]).toEqual([false, [{ kind: 'entry_changed', seq: 2, entryId: Number(two.id) }]]);
  });

  it('notices a removed entry, a removed link and a removed end', async () => {
    const [one, , three] = await writeSome();
    await chain();
    await panel.prisma.activityEntry.delete({ where: { id: one.id } });
    expect(await kinds()).toEqual(['entry_missing']);
    await panel.prisma.auditLink.delete({ where: { entryId: one.id } });
    expect(await kinds()).toEqual(['link_missing']);
    await panel.prisma.auditLink.delete({ where: { entryId: three.id } });
    await panel.prisma.activityEntry.delete({ where: { id: three.id } });
    expect(await kinds()).toEqual(['link_missing', 'end_missing']);
  });

  it('notices a chain that was written anew without the key of the panel', async () => {
    const [, , three] = await writeSome();
    await chain();
    await panel.prisma.activityEntry.update({ where: { id: three.id }, data: { action: 'harmless' } });
    // The forger lets the panel chain a copy, and puts its links in the place of the true ones.
    const head = await panel.prisma.auditHead.findUniqueOrThrow({ where: { id: 1 } });
    await panel.prisma.auditLink.deleteMany();
    await panel.prisma.auditHead.deleteMany();
    await chain();
    await panel.prisma.auditHead.update({ where: { id: 1 }, data: { seal: head.seal } });
    expect(await kinds()).toEqual(['head_forged']);
  });

  it('stands when an account is erased, and says how many entries it took something from', async () => {
    const user = await createUser(panel);
    await write('login', { userId: user.id });
    await write('update-address', { userId: root.id, targetType: 'user', targetId: String(user.id) });
    await chain();
    await panel.prisma.$transaction(async (tx) => {
      await panel.app.get(AccountErasure).erase(tx, user.id);
      await tx.user.update({ where: { id: user.id }, data: { deletedAt: new Date() } });
    });
    expect(await verify()).toMatchObject({ intact: true, erased: 2 });
    expect(await panel.prisma.auditLink.count({ where: { ipSalt: null } })).toBe(1);
    expect(await panel.prisma.auditLink.count({ where: { metadataSalt: null } })).toBe(1);
    await panel.prisma.activityEntry.updateMany({ where: { userId: user.id }, data: { metadata: { forged: true } } });
    expect(await kinds()).toEqual(['entry_changed']);
  });

  it('outlives its beginning: what retention removed is behind a sealed checkpoint', async () => {
    const old = new Date(Date.now() - YEAR);
    await write('old', { timestamp: old });
    await write('new');
    await write('old, but reported late', { timestamp: old });
    await chain();
    await panel.app.get(Retention).purge();
    expect(await verify()).toMatchObject({ intact: true, checked: 3, expired: 2, from: 1 });
    await chain();
    expect(await verify()).toMatchObject({ intact: true, checked: 2, expired: 1, from: 2 });
    await panel.prisma.auditCheckpoint.updateMany({ data: { seal: 'forged' } });
    expect(await kinds()).toEqual(['checkpoint_forged', 'link_changed']);
  });

  it('goes on behind the checkpoint', async () => {
    await write('old', { timestamp: new Date(Date.now() - YEAR) });
    await chain();
    await panel.app.get(Retention).purge();
    await write('new');
    await chain();
    expect(await verify()).toMatchObject({ intact: true, checked: 1, from: 2, head: { seq: 2 } });
  });

  it('still looks at an entry whose transaction was open for long, and forgets none', async () => {
    await write('first');
    await chain();
    await panel.prisma.auditHead.updateMany({ data: { candidateAt: new Date(0) } });
    await chain();
    await write('later');
    await panel.prisma.auditHead.updateMany({ data: { candidateAt: new Date(0) } });
    await chain();
    expect(await verify()).toMatchObject({ intact: true, checked: 2 });
  });

  it('is verified at the command line, which tells by its exit code', async () => {
    const [one] = await writeSome();
    await chain();
    expect(await runCommand(panel.app, ['audit', 'verify'])).toMatchObject({ exitCode: 0 });
    await panel.prisma.activityEntry.delete({ where: { id: one.id } });
    const { exitCode, output } = await runCommand(panel.app, ['audit', 'verify']);
    expect(exitCode).toBe(1);
    expect(output).toContain(`entry_missing: link 1, entry ${one.id}`);
  });
});

describe('the activity log as a file', () => {
  const file = async (query: string) => {
    const response = await fetch(`${panel.url}/api/admin/logs/export${query}`, {
      headers: (await openSession(panel, root)).headers,
    });
    return { response, text: await response.text() };
  };

  it('holds all entries as JSON, newest first, over as many pages as it takes', async () => {
    await panel.prisma.$executeRaw`
      INSERT INTO "ActivityEntry" ("action", "timestamp") SELECT 'n' || n, now() - n * interval '1 minute'
      FROM generate_series(1, 1100) n`;
    const { response, text } = await file('');
    const entries = JSON.parse(text) as { action: string; username: string }[];
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="activity.json"');
    expect(entries.map(({ action }) => action)).toEqual(Array.from({ length: 1_100 }, (_, index) => `n${index + 1}`));
    expect(entries[0]).toMatchObject({ username: 'System' });
  });

  it('is filtered as the list is, also as CSV, in which nothing is a formula', async () => {
    await write('login', { metadata: { a: 1 } });
    await write('=cmd()', { userId: null });
    const { response, text } = await file(`?format=csv&userId=${root.id}`);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = text.trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe('id,timestamp,userId,username,email,action,targetType,targetId,ipAddress,metadata');
    expect(lines[1]).toContain(`,${root.id},Robin Example,${root.email},login,,,192.0.2.1,"{""a"":1}"`);
    expect((await file('?format=csv&userId=0')).text).toContain("'=cmd()");
    expect((await file('?format=xml')).response.status).toBe(400);
  });
});

describe('a change by staff', () => {
  it('is recorded with the values before and after', async () => {
    const user = await createUser(panel);
    await admin.put(`/api/users/${user.id}`, { portalType: 'paid', limits: { serverLimit: 3 }, firstName: 'New' });
    const entry = await panel.prisma.activityEntry.findFirstOrThrow({ where: { targetId: String(user.id) } });
    expect(entry).toMatchObject({
      userId: root.id,
      metadata: {
        changes: {
          portalType: { before: 'free', after: 'paid' },
          limits: { before: null, after: { serverLimit: 3 } },
        },
      },
    });
  });
});
