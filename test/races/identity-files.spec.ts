import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createAdmin, createUser, openSession } from '../support/factories.js';
import { formOf } from '../support/forms.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { png } from '../support/pictures.js';

const PARALLEL = 50;
const PDF = Buffer.from('%PDF-1.7\n%%EOF');
let panel: TestPanel;
let picture: Buffer;
beforeAll(async () => {
  panel = await startPanel();
  picture = await png();
});
afterAll(() => panel.close());

const times = <Value>(work: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: PARALLEL }, (_, index) => work(index)));
const count = (answers: readonly { status: number }[], wanted: number): number =>
  answers.filter(({ status }) => status === wanted).length;
const submit = (client: ReturnType<TestPanel['as']>) =>
  client.post<{ record: { id: number } }>('/api/id-verification', formOf({ idDocument: PDF, selfie: picture }));

it('of fifty verifications that are sent at once one waits, with its two documents and nothing else', async () => {
  const user = await createUser(panel);
  const client = panel.as(await openSession(panel, user));
  const answers = await times(() => submit(client));
  expect([count(answers, 200), count(answers, 400)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.idVerification.count({ where: { userId: user.id } })).toBe(1);
  expect(await panel.prisma.idDocument.count({ where: { name: { startsWith: `${user.id}-` } } })).toBe(2);
});

it('after fifty decisions at once the account says what its record says, and each change was told once', async () => {
  const user = await createUser(panel);
  const { body } = await submit(panel.as(await openSession(panel, user)));
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const path = `/api/admin/verifications/${body.record.id}`;
  const answers = await times((index) => admin.put(path, { status: index % 2 === 0 ? 'verified' : 'failed' }));
  expect(count(answers, 200)).toBe(PARALLEL);
  const { status } = await panel.prisma.idVerification.findUniqueOrThrow({ where: { id: body.record.id } });
  const { idVerified } = await panel.prisma.user.findUniqueOrThrow({ where: { id: user.id } });
  expect(idVerified).toBe(status === 'verified');
  const changes = { action: 'id-verification:set', targetId: String(body.record.id) };
  expect(await panel.prisma.outboundMail.count({ where: { toAddress: user.email } })).toBe(
    await panel.prisma.activityEntry.count({ where: changes }),
  );
});

it('of fifty decisions to put one of two records back on the waiting list one wins', async () => {
  const user = await createUser(panel);
  const records = await panel.prisma.idVerification.createManyAndReturn({
    data: Array.from({ length: 2 }, () => ({ userId: user.id, status: 'failed' as const })),
    select: { id: true },
  });
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  await times((index) => admin.put(`/api/id-verification/${records[index % 2]?.id}`, { status: 'pending' }));
  expect(await panel.prisma.idVerification.count({ where: { userId: user.id, status: 'pending' } })).toBe(1);
});

it('after fifty avatars at once, some removed, the account shows the picture that is there', async () => {
  const user = await createUser(panel);
  const client = panel.as(await openSession(panel, user));
  const colours = await Promise.all(['red', 'green', 'blue', 'black'].map((colour) => png(8, 8, colour)));
  const answers = await times((index) =>
    index % 10 === 9
      ? client.delete('/api/users/me/avatar')
      : client.post('/api/users/me/avatar', formOf({ file: colours[index % 4] ?? picture })),
  );
  // Beyond a bounded queue pictures are refused for the moment.
  expect(count(answers, 200) + count(answers, 503)).toBe(PARALLEL);
  const { avatarUrl, avatar } = await panel.prisma.user.findUniqueOrThrow({
    where: { id: user.id },
    select: { avatarUrl: true, avatar: { select: { version: true } } },
  });
  const shown = avatarUrl === null ? null : /_([0-9a-f]{16})\.webp$/.exec(avatarUrl)?.[1];
  expect(shown).toBe(avatar?.version ?? null);
});

it('fifty documents at once fill an account up to its bound, and the list that its owner sees is complete', async () => {
  const user = await createUser(panel);
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const answers = await times(() => admin.post(`/api/admin/users/${user.id}/documents`, formOf({ file: PDF })));
  expect([count(answers, 200), count(answers, 409)]).toEqual([30, PARALLEL - 30]);
  const { settings } = await panel.prisma.user.findUniqueOrThrow({ where: { id: user.id } });
  expect((settings as { documents: { admin: unknown[] } }).documents.admin).toHaveLength(30);
});
