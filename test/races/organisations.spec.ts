import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { addMember, createOrganisation, createStaff, createUser, openSession, unique } from '../support/factories.js';
import type { TestOrganisation, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const PARALLEL = 50;
let panel: TestPanel;
let owner: TestUser;
let organisation: TestOrganisation;
let asOwner: HttpClient;
let path: string;

beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

beforeEach(async () => {
  owner = await createUser(panel);
  organisation = await createOrganisation(panel, owner);
  asOwner = await as(owner);
  path = `/api/organisations/${organisation.id}`;
});

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const times = <Value>(work: (index: number) => Promise<Value>, amount = PARALLEL): Promise<Value[]> =>
  Promise.all(Array.from({ length: amount }, (_, index) => work(index)));
const countOf = (answers: readonly { status: number }[], wanted: number): number =>
  answers.filter(({ status }) => status === wanted).length;

async function members(amount: number): Promise<TestUser[]> {
  const users = await times(() => createUser(panel), amount);
  for (const user of users) await addMember(panel, organisation, user);
  return users;
}

/** What always holds: one owner, and he is the one that the organisation names. */
async function expectOneOwner(): Promise<void> {
  const { ownerId } = await panel.prisma.organisation.findUniqueOrThrow({ where: { id: organisation.id } });
  const owners = await panel.prisma.organisationMember.findMany({
    where: { organisationId: organisation.id, orgRole: 'owner' },
    select: { userId: true },
  });
  expect(owners).toEqual([{ userId: ownerId }]);
}

it('of fifty organisations founded with one handle one exists', async () => {
  const handle = `${unique()}.example.test`;
  const clients = await times(async () => as(await createUser(panel, { portalType: 'paid' })), 10);
  const answers = await times((index) =>
    (clients[index % clients.length] as HttpClient).post('/api/organisations', {
      name: `Organisation ${index}`,
      handle: index % 2 === 0 ? handle : handle.toUpperCase(),
    }),
  );
  expect([countOf(answers, 200), countOf(answers, 409)]).toEqual([1, PARALLEL - 1]);
  const row = await panel.prisma.organisation.findUniqueOrThrow({ where: { handle }, select: { members: true } });
  expect(row.members).toMatchObject([{ orgRole: 'owner' }]);
});

it('an invitation accepted fifty times at once, by link and from the list, counts once', async () => {
  const user = await createUser(panel);
  await asOwner.post(`${path}/invite`, { email: user.email });
  const [link] = linksIn(await mailTo(panel.prisma, user.email, 'organisation-invite'));
  const token = link?.searchParams.get('token');
  const { id } = await panel.prisma.organisationInvite.findFirstOrThrow({ where: { email: user.email } });
  const client = await as(user);
  const answers = await times((index) =>
    index % 2 === 0
      ? client.post('/api/organisations/accept-invite', { token })
      : client.post(`/api/organisations/invites/${id}/accept`),
  );
  expect(countOf(answers, 200)).toBe(1);
  expect(countOf(answers, 400) + countOf(answers, 404)).toBe(PARALLEL - 1);
  const where = { userId: user.id, organisationId: organisation.id };
  expect(await panel.prisma.organisationMember.count({ where })).toBe(1);
  const log = { targetType: 'organisation', targetId: String(organisation.id), action: 'org:accept_invite' };
  expect(await panel.prisma.activityEntry.count({ where: log })).toBe(1);
});

it('of fifty invitations to one address at once one is sent', async () => {
  const email = `${unique()}@example.test`;
  const admins = await members(4);
  await panel.prisma.organisationMember.updateMany({
    where: { organisationId: organisation.id, orgRole: 'member' },
    data: { orgRole: 'admin' },
  });
  const clients = [asOwner, ...(await Promise.all(admins.map(as)))];
  const answers = await times((index) =>
    (clients[index % clients.length] as HttpClient).post(`${path}/invite`, { email }),
  );
  expect([countOf(answers, 200), countOf(answers, 409)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.organisationInvite.count({ where: { email } })).toBe(1);
  expect(await panel.prisma.outboundMail.count({ where: { toAddress: email } })).toBe(1);
});

it('an organisation handed over to fifty people at once has one new owner', async () => {
  const users = await members(10);
  const answers = await times((index) =>
    asOwner.put(`${path}/users/${users[index % users.length]?.id}/role`, { orgRole: 'owner' }),
  );
  expect([countOf(answers, 200), countOf(answers, 403)]).toEqual([1, PARALLEL - 1]);
  await expectOneOwner();
});

it('staff and owner who hand it over, add owners, demote and remove at once leave one owner', async () => {
  const users = await members(8);
  const staff = await as(await createStaff(panel, ['org:write']));
  const answers = await times((index) => {
    const user = users[index % users.length] as TestUser;
    const client = index % 2 === 0 ? staff : asOwner;
    const url = `${path}/users/${user.id}`;
    if (index % 5 === 0) return client.delete(url);
    return client.put(`${url}/role`, { orgRole: index % 3 === 0 ? 'member' : 'owner' });
  });
  const strangers = await times(() => createUser(panel), 10);
  const added = await Promise.all(
    strangers.map(({ id: userId }) => staff.post(`${path}/add-user`, { userId, orgRole: 'owner' })),
  );
  expect([...answers, ...added].filter(({ status }) => ![200, 403, 404].includes(status))).toEqual([]);
  expect(countOf(added, 200)).toBe(10);
  await expectOneOwner();
});

it('a member who leaves while he is made the owner is either, never both', async () => {
  for (let round = 0; round < 5; round++) {
    const user = await createUser(panel);
    await addMember(panel, organisation, user);
    const client = await as(user);
    const staff = await as(await createStaff(panel, ['org:write']));
    await Promise.all([
      ...Array.from({ length: 5 }, () => client.post(`${path}/leave`)),
      ...Array.from({ length: 5 }, () => staff.put(`${path}/users/${user.id}/role`, { orgRole: 'owner' })),
      ...Array.from({ length: 5 }, () => staff.delete(`${path}/users/${user.id}`)),
    ]);
    await expectOneOwner();
  }
});

it('an administrator who is being removed changes nothing after his removal', async () => {
  const [admin, ...users] = await members(11);
  await panel.prisma.organisationMember.updateMany({
    where: { organisationId: organisation.id, userId: admin?.id ?? 0 },
    data: { orgRole: 'admin' },
  });
  const client = await as(admin as TestUser);
  const removal = asOwner.delete(`${path}/users/${admin?.id}`);
  await Promise.all(users.map(({ id }) => client.put(`${path}/users/${id}/role`, { orgRole: 'admin' })));
  expect((await removal).status).toBe(200);
  const log = await panel.prisma.activityEntry.findMany({
    where: { targetType: 'organisation', targetId: String(organisation.id) },
    orderBy: { id: 'asc' },
    select: { action: true, userId: true },
  });
  const end = log.findIndex(({ action }) => action === 'org:remove_member');
  expect(log.slice(end).filter(({ userId }) => userId === admin?.id)).toEqual([]);
});

it('an invitation accepted while the organisation is deleted leaves nothing behind', async () => {
  const users = await times(() => createUser(panel), 10);
  const data = users.map(({ email }) => ({
    organisationId: organisation.id,
    email,
    digest: new Uint8Array(Buffer.from(email.padEnd(32, '.'))),
    expiresAt: new Date(Date.now() + 60_000),
  }));
  const rows = await panel.prisma.organisationInvite.createManyAndReturn({ data, select: { id: true } });
  const clients = await Promise.all(users.map(as));
  const accepts = rows.map(({ id }, index) =>
    (clients[index] as HttpClient).post(`/api/organisations/invites/${id}/accept`),
  );
  const [deletion, answers] = await Promise.all([asOwner.delete(path), Promise.all(accepts)]);
  expect(deletion.status).toBe(200);
  expect(answers.filter(({ status }) => ![200, 404].includes(status))).toEqual([]);
  const where = { organisationId: organisation.id };
  expect(await panel.prisma.organisationMember.count({ where })).toBe(0);
  expect(await panel.prisma.organisationInvite.count({ where })).toBe(0);
});
