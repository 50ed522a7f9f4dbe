import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { announce, daemonOf } from '../support/daemons.js';
import {
  addMember,
  addSubuser,
  createEgg,
  createNode,
  createOrganisation,
  createServer,
  createStaff,
  createUser,
  openSession,
  unique,
} from '../support/factories.js';
import type { TestOrganisation, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

interface Entry {
  action: string;
  ipAddress: string | null;
  metadata: Record<string, unknown> | null;
}

let panel: TestPanel;
let organisation: TestOrganisation;
let people: Record<'owner' | 'admin' | 'member' | 'stranger', TestUser>;
let clients: Record<keyof typeof people, HttpClient>;
let staff: HttpClient;
let path: string;

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const rolesNow = async (): Promise<Record<string, string>> => {
  const rows = await panel.prisma.organisationMember.findMany({ where: { organisationId: organisation.id } });
  const name = (id: number) => Object.entries(people).find(([, user]) => user.id === id)?.[0] ?? String(id);
  return Object.fromEntries(rows.map(({ userId, orgRole }) => [name(userId), orgRole]));
};
const ownerId = async (): Promise<number> =>
  (await panel.prisma.organisation.findUniqueOrThrow({ where: { id: organisation.id } })).ownerId;

beforeAll(async () => {
  panel = await startPanel();
  staff = await as(await createStaff(panel, ['org:write']));
});
afterAll(() => panel.close());

beforeEach(async () => {
  people = {
    owner: await createUser(panel),
    admin: await createUser(panel),
    member: await createUser(panel),
    stranger: await createUser(panel),
  };
  organisation = await createOrganisation(panel, people.owner);
  await addMember(panel, organisation, people.admin, 'admin');
  await addMember(panel, organisation, people.member);
  clients = {
    owner: await as(people.owner),
    admin: await as(people.admin),
    member: await as(people.member),
    stranger: await as(people.stranger),
  };
  path = `/api/organisations/${organisation.id}`;
});

describe('the members', () => {
  it('are listed for those who manage the organisation', async () => {
    const { body } = await clients.admin.get<object[]>(`${path}/users`);
    expect(body).toHaveLength(3);
    expect(body[0]).toEqual({
      id: people.owner.id,
      email: people.owner.email,
      firstName: 'Robin',
      lastName: 'Example',
      displayName: null,
      avatarUrl: null,
      orgRole: 'owner',
    });
    expect((await clients.member.get(`${path}/users`)).status).toBe(403);
  });
});

describe('a role', () => {
  it.each(['put', 'post'] as const)('is changed by %s and is in force at once', async (method) => {
    expect((await clients.member.get(`${path}/users`)).status).toBe(403);
    const { body } = await clients.owner[method](`${path}/users/${people.member.id}/role`, { orgRole: 'admin' });
    expect(body).toMatchObject({
      success: true,
      target: { userId: people.member.id, organisationId: organisation.id, orgRole: 'admin' },
    });
    expect((await clients.member.get(`${path}/users`)).status).toBe(200);
  });

  it('of the owner is handed over: the owner before becomes an administrator', async () => {
    const answer = await clients.owner.put(`${path}/users/${people.member.id}/role`, { orgRole: 'owner' });
    expect(answer.status).toBe(200);
    expect([await ownerId(), await rolesNow()]).toEqual([
      people.member.id,
      { owner: 'admin', admin: 'admin', member: 'owner' },
    ]);
    expect((await clients.owner.delete(path)).status).toBe(403);
    expect((await clients.member.put(path, { name: 'Mine now' })).status).toBe(200);
  });

  it('of the owner is not for administrators to give or to take', async () => {
    for (const target of [people.admin, people.member]) {
      const answer = await clients.admin.put(`${path}/users/${target.id}/role`, { orgRole: 'owner' });
      expect(answer).toMatchObject({ status: 403, body: { error: 'Only owner can transfer ownership' } });
    }
    for (const client of [clients.admin, clients.owner, staff]) {
      const answer = await client.put(`${path}/users/${people.owner.id}/role`, { orgRole: 'member' });
      expect(answer).toMatchObject({ status: 403, body: { error: 'Cannot remove organisation owner' } });
    }
    expect(await rolesNow()).toEqual({ owner: 'owner', admin: 'admin', member: 'member' });
    expect((await clients.owner.put(`${path}/users/${people.owner.id}/role`, { orgRole: 'owner' })).status).toBe(200);
  });

  it('is refused when it is none, and for people who are no members', async () => {
    const url = `${path}/users/${people.stranger.id}/role`;
    for (const orgRole of ['member', 'owner']) {
      expect(await clients.owner.put(url, { orgRole })).toMatchObject({
        status: 404,
        body: { error: 'User not found in org' },
      });
    }
    expect(await clients.owner.put(`${path}/users/${people.member.id}/role`, { orgRole: 'king' })).toMatchObject({
      status: 400,
      body: { error: 'Invalid role' },
    });
    expect((await clients.owner.put(`${path}/users/x/role`, { orgRole: 'member' })).status).toBe(404);
    expect(await ownerId()).toBe(people.owner.id);
  });
});

describe('removing a member', () => {
  it('ends what he may do there at once, and never hits the owner', async () => {
    expect((await clients.member.get(path)).status).toBe(200);
    expect((await clients.admin.delete(`${path}/users/${people.member.id}`)).body).toEqual({ success: true });
    expect((await clients.member.get(path)).status).toBe(403);
    const again = await clients.admin.delete(`${path}/users/${people.member.id}`);
    expect(again).toMatchObject({ status: 404, body: { error: 'User not found in org' } });
    const answer = await clients.admin.delete(`${path}/users/${people.owner.id}`);
    expect(answer).toMatchObject({ status: 403, body: { error: 'Cannot remove organisation owner' } });
  });

  it("takes his access to servers on the organisation's nodes, and no other", async () => {
    const connect = { organisation: { connect: { id: organisation.id } } };
    const [inside, outside, egg] = [await createNode(panel, connect), await createNode(panel), await createEgg(panel)];
    const servers = await Promise.all(
      [inside, outside].map((node) => createServer(panel, { owner: people.owner, node, egg })),
    );
    for (const server of servers) await addSubuser(panel, server, people.member, ['console']);
    const statuses = async () =>
      Promise.all(servers.map(async ({ uuid }) => (await clients.member.get(`/api/servers/${uuid}`)).status));
    expect(await statuses()).toEqual([200, 200]);
    await clients.owner.delete(`${path}/users/${people.member.id}`);
    expect(await statuses()).toEqual([404, 200]);
  });

  it('closes what he has open on those nodes', async () => {
    const node = await createNode(panel, { organisation: { connect: { id: organisation.id } } });
    const server = await createServer(panel, { owner: people.owner, node, egg: await createEgg(panel) });
    await addSubuser(panel, server, people.member, ['console']);
    const daemon = daemonOf(panel, node, 'go');
    await daemon.boot();
    try {
      await announce(panel, node, daemon);
      await clients.member.post(`${path}/leave`);
      const { body } = await daemon.waitForCall((call) => call.path === '/api/deauthorize-user');
      expect(body).toEqual({ user: people.member.uuid, servers: [server.uuid] });
    } finally {
      await daemon.stop();
    }
  });

  it('takes away the organisation that he had chosen', async () => {
    await clients.member.post(`${path}/select`);
    await clients.owner.delete(`${path}/users/${people.member.id}`);
    const { body } = await clients.member.get<{ user: object }>('/api/auth/session');
    expect(body.user).toMatchObject({ org: null, orgs: [], orgRole: 'member' });
  });
});

describe('leaving', () => {
  it('is for members; the owner hands over first', async () => {
    const refused = await clients.owner.post(`${path}/leave`);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      error: 'Owner cannot leave organisation without transferring ownership',
    });
    expect((await clients.member.post(`${path}/leave`)).body).toEqual({ success: true });
    const answer = await clients.member.post(`${path}/leave`);
    expect(answer).toMatchObject({ status: 403, body: { error: 'Not a member of this organisation' } });
    expect((await clients.stranger.post(`${path}/leave`)).status).toBe(403);
    await clients.owner.put(`${path}/users/${people.admin.id}/role`, { orgRole: 'owner' });
    expect((await clients.owner.post(`${path}/leave`)).status).toBe(200);
    expect(await rolesNow()).toEqual({ admin: 'owner' });
  });
});

describe('adding somebody without an invitation', () => {
  it('is for holders of org:write alone, and the person is told', async () => {
    const body = { userId: people.stranger.id, orgRole: 'admin' };
    for (const client of [clients.owner, clients.admin]) {
      expect((await client.post(`${path}/add-user`, body)).status).toBe(403);
    }
    const { id, email } = people.stranger;
    const answer = await staff.post(`${path}/add-user`, body);
    expect(answer.body).toEqual({
      success: true,
      target: { id, email, firstName: 'Robin', lastName: 'Example', orgRole: 'admin' },
    });
    expect((await clients.stranger.get(`${path}/users`)).status).toBe(200);
    expect((await mailTo(panel.prisma, email, 'organisation-added')).subject).toContain(organisation.name);
    const again = await staff.post(`${path}/add-user`, body);
    expect(again).toMatchObject({ status: 409, body: { error: 'User already in organisation' } });
  });

  it('hands the organisation over with the role owner, and counts unknown roles as member', async () => {
    await staff.post(`${path}/add-user`, { email: people.stranger.email.toUpperCase(), orgRole: 'owner' });
    expect([await ownerId(), await rolesNow()]).toEqual([
      people.stranger.id,
      { owner: 'admin', admin: 'admin', member: 'member', stranger: 'owner' },
    ]);
    const other = await createUser(panel);
    const { body } = await staff.post(`${path}/add-user`, { userId: String(other.id), orgRole: 'king' });
    expect(body).toMatchObject({ target: { id: other.id, orgRole: 'member' } });
  });

  it.each([
    [{}, 400, 'userId or email required'],
    [{ email: ' ' }, 400, 'userId or email required'],
    [{ userId: 999_999 }, 404, 'User not found'],
    [{ email: 'nobody@example.test' }, 404, 'User not found'],
  ])('refuses %j', async (body, status, error) => {
    expect(await staff.post(`${path}/add-user`, body)).toMatchObject({ status, body: { error } });
  });
});

describe('the activity', () => {
  const actions = (entries: readonly Entry[]): string[] => entries.map(({ action }) => action);

  it('shows what was done, newest first, at both addresses', async () => {
    await clients.owner.put(path, { name: 'Renamed' });
    await clients.owner.put(`${path}/users/${people.member.id}/role`, { orgRole: 'admin' });
    await clients.owner.put(`${path}/users/${people.member.id}/role`, { orgRole: 'member' });
    await clients.owner.post(`${path}/invite`, { email: 'grace@example.test' });
    const { body } = await clients.owner.get<Entry[]>(`${path}/activity`);
    expect(actions(body)).toEqual(['org:invite', 'org:change_role', 'org:change_role', 'org:update']);
    expect((await clients.owner.get(`${path}/logs`)).body).toEqual(body);
    expect(actions((await clients.owner.get<Entry[]>(`${path}/logs?limit=1&offset=3`)).body)).toEqual(['org:update']);
    for (const query of ['limit=-1', 'limit=x&offset=-5', 'offset=NaN']) {
      expect((await clients.owner.get(`${path}/logs?${query}`)).body).toEqual(body);
    }
  });

  it('hides addresses from plain members', async () => {
    const invitedEmail = `${unique()}@example.test`;
    await clients.owner.post(`${path}/invite`, { email: invitedEmail });
    const seen = async (client: HttpClient) => (await client.get<Entry[]>(`${path}/activity`)).body[0];
    const reader = await as(await createStaff(panel, ['logs:read']));
    for (const client of [clients.owner, clients.admin, reader]) {
      expect(await seen(client)).toMatchObject({ ipAddress: expect.any(String), metadata: { invitedEmail } });
    }
    expect(await seen(clients.member)).toMatchObject({ action: 'org:invite', ipAddress: null, metadata: {} });
    expect((await clients.member.get(`${path}/activity`)).text).not.toContain(invitedEmail);
    expect((await clients.stranger.get(`${path}/activity`)).status).toBe(403);
  });
});
