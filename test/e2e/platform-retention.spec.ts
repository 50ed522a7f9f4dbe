import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AdminModule } from '../../src/admin/admin.module.js';
import { Retention } from '../../src/admin/retention/retention.service.js';
import { startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';

const HOUR = 3_600_000;
const ago = (hours: number): Date => new Date(Date.now() - hours * HOUR);
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatform({ imports: [AdminModule] });
});
afterAll(() => platform.close());

it('removes what has served its time and nothing else', async () => {
  const { prisma } = platform;
  const { id: userId } = await prisma.user.create({
    data: { email: 'ada@example.com', passwordHash: '', firstName: 'A', lastName: 'L' },
  });
  const bytes = (text: string) => new Uint8Array(Buffer.from(text));
  const mail = { template: 'x', subject: '', text: '', html: '' };
  await prisma.activityEntry.createMany({
    data: [
      { action: 'old', timestamp: ago(366 * 24) },
      { action: 'kept', timestamp: ago(364 * 24) },
    ],
  });
  await prisma.idempotencyRecord.createMany({
    data: [
      { digest: bytes('old'), fingerprint: bytes('x'), createdAt: ago(25) },
      { digest: bytes('kept'), fingerprint: bytes('x'), createdAt: ago(23) },
    ],
  });
  await prisma.outboundMail.createMany({
    data: [
      { ...mail, toAddress: 'old', status: 'sent', createdAt: ago(91 * 24) },
      { ...mail, toAddress: 'kept', status: 'sent', createdAt: ago(89 * 24) },
      { ...mail, toAddress: 'waits', status: 'queued', createdAt: ago(91 * 24) },
    ],
  });
  await prisma.session.createMany({
    data: [
      { userId, userAgent: 'old', expiresAt: ago(1) },
      { userId, userAgent: 'kept', expiresAt: ago(-1) },
    ],
  });
  await prisma.emailToken.createMany({
    data: [
      { digest: bytes('old'), purpose: 'verify', userId, email: 'old', expiresAt: ago(1) },
      { digest: bytes('kept'), purpose: 'verify', userId, email: 'kept', expiresAt: ago(-1) },
    ],
  });
  await prisma.loginChallenge.createMany({
    data: [
      { digest: bytes('old'), userId, expiresAt: ago(1) },
      { digest: bytes('kept'), userId, expiresAt: ago(-1) },
    ],
  });
  const sessions = await prisma.session.createManyAndReturn({
    data: [1, 2].map(() => ({ userId, userAgent: 'kept', expiresAt: ago(-1) })),
  });
  await prisma.twoFactorSetup.createMany({
    data: sessions.map(({ id }, index) => ({
      sessionId: id,
      seedSealed: ['old', 'kept'][index] ?? '',
      expiresAt: ago(index === 0 ? 1 : -1),
    })),
  });

  await prisma.challenge.createMany({
    data: [
      { digest: bytes('old'), kind: 'captcha', expiresAt: ago(1) },
      { digest: bytes('kept'), kind: 'captcha_invisible', expiresAt: ago(-1) },
    ],
  });

  await platform.app.get(Retention).purge();

  expect(await prisma.challenge.findMany({ select: { kind: true } })).toEqual([{ kind: 'captcha_invisible' }]);
  expect(await prisma.activityEntry.findMany({ select: { action: true } })).toEqual([{ action: 'kept' }]);
  expect((await prisma.idempotencyRecord.findMany()).map(({ digest }) => Buffer.from(digest).toString())).toEqual([
    'kept',
  ]);
  expect(await prisma.outboundMail.findMany({ select: { toAddress: true }, orderBy: { id: 'asc' } })).toEqual([
    { toAddress: 'kept' },
    { toAddress: 'waits' },
  ]);
  const userAgents = (await prisma.session.findMany({ select: { userAgent: true } })).map((row) => row.userAgent);
  expect(new Set(userAgents)).toEqual(new Set(['kept']));
  expect((await prisma.loginChallenge.findMany()).map((row) => Buffer.from(row.digest).toString())).toEqual(['kept']);
  expect((await prisma.twoFactorSetup.findMany()).map(({ seedSealed }) => seedSealed)).toEqual(['kept']);
  expect(await prisma.emailToken.findMany({ select: { email: true } })).toEqual([{ email: 'kept' }]);
});

it('goes through long tables in pieces', async () => {
  await platform.database.executeSql(
    `INSERT INTO "ActivityEntry" ("action", "timestamp") SELECT 'old', now() - interval '2 years' FROM generate_series(1, 12000)`,
  );
  await platform.app.get(Retention).purge();
  expect(await platform.prisma.activityEntry.count({ where: { action: 'old' } })).toBe(0);
});

it('is due every hour', async () => {
  const { rows } = await platform.database.executeSql(
    `SELECT name, cron FROM pgboss.schedule WHERE name = 'panel.retention'`,
  );
  expect(rows).toEqual([{ name: 'panel.retention', cron: '41 * * * *' }]);
});
