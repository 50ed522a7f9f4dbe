import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addMember,
  changeUser,
  createNode,
  createOrganisation,
  createStaff,
  createUser,
  openSession,
  unique,
} from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';

interface View {
  id: number;
  name: string;
  handle: string;
  ownerId: number;
  portalTier: string;
  orgRole?: string;
  memberCount?: number;
  users: { id: number; orgRole: string }[];
  invites: { email: string }[];
}
interface Created extends View {
  org: View;
}
interface Session {
  user: { org: { id: number; name: string } | null; orgs: { id: number; orgRole: string }[]; orgRole: string };
}

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel({ env: { PANEL_URL: 'https://panel.host.example' } });
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const founder = async (): Promise<{ user: TestUser; client: HttpClient }> => {
  const user = await createUser(panel, { portalType: 'paid' });
  return { user, client: await as(user) };
};
const handle = (): string => `${unique()}.example.test`;
const sessionOf = async (client: HttpClient): Promise<Session['user']> =>
  (await client.get<Session>('/api/auth/session')).body.user;
const activityOf = (id: number, action: string) =>
  panel.prisma.activityEntry.findFirst({
    where: { targetType: 'organisation', targetId: String(id), action },
    select: { userId: true, metadata: true, ipAddress: true },
  });

describe('founding an organisation', () => {
  it('makes the caller its owner, at once in his list and his session', async () => {
    const { user, client } = await founder();
    await client.get('/api/auth/session');
    const wanted = handle();
    const { status, body } = await client.post<Created>('/api/organisations', {
      name: '  Acme\u0007\u202e ',
      handle: ` ${wanted.toUpperCase()} `,
      tier: 'enterprise',
    });
    const facts = { name: 'Acme', handle: wanted, ownerId: user.id, portalTier: 'free', avatarUrl: null };
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      id: body.id,
      ...facts,
      org: { id: body.id, ...facts, isStaff: false, orgRole: 'owner', users: [], invites: [] },
    });
    expect((await client.get('/api/organisations')).body).toEqual([{ ...body.org, memberCount: 1 }]);
    expect(await sessionOf(client)).toMatchObject({
      org: { id: body.id, name: 'Acme', handle: wanted, portalTier: 'free', avatarUrl: null },
      orgs: [{ id: body.id, orgRole: 'owner' }],
      orgRole: 'owner',
    });
    const metadata = { orgName: 'Acme', handle: wanted };
    expect(await activityOf(body.id, 'org:create')).toMatchObject({ userId: user.id, metadata });
  });

  it.each([
    [{ handle: 'acme.example.test' }, 400, 'name and handle required'],
    [{ name: ' \u0000', handle: 'acme.example.test' }, 400, 'name and handle required'],
    [{ name: 'Acme' }, 400, 'name and handle required'],
    [{ name: 'Acme', handle: 'acme' }, 400, 'invalid handle format'],
    [{ name: 'Acme', handle: '../x.test' }, 400, 'invalid handle format'],
    [{ name: 'Acme', handle: 'www.acme.test' }, 409, 'handle taken'],
    [{ name: 'Acme', handle: 'panel.host.example' }, 409, 'handle taken'],
    [{ name: 'Acme', handle: 'host.example' }, 409, 'handle taken'],
    [{ name: 'x'.repeat(101), handle: 'acme.example.test' }, 400, undefined],
  ])('refuses %j with %i', async (body, status, error) => {
    const { client } = await founder();
    const answer = await client.post<{ error: string }>('/api/organisations', body);
    expect(answer.status).toBe(status);
    if (error !== undefined) expect(answer.body.error).toBe(error);
    expect((await client.get('/api/organisations')).body).toEqual([]);
  });

  it('refuses a handle that another has in any case, and the host of a node', async () => {
    const { user, client } = await founder();
    const { handle: taken } = await createOrganisation(panel, user);
    const node = await createNode(panel, { fqdn: `${unique()}.Nodes.test` });
    const { fqdn } = await panel.prisma.node.findUniqueOrThrow({ where: { id: node.id } });
    for (const wanted of [taken, taken.toUpperCase(), String(fqdn)]) {
      const answer = await client.post('/api/organisations', { name: 'Other', handle: wanted });
      expect(answer).toMatchObject({ status: 409, body: { error: 'handle taken' } });
      const check = await client.get(`/api/organisations?checkHandle=${encodeURIComponent(wanted)}`);
      expect(check.body).toEqual({ taken: true });
    }
    expect((await client.get(`/api/organisations?checkHandle=${handle()}`)).body).toEqual({ taken: false });
  });

  it('is for the portals paid and enterprise and for holders of org:create', async () => {
    const statuses: number[] = [];
    for (const portalType of ['free', 'educational', 'paid', 'enterprise'] as const) {
      const client = await as(await createUser(panel, { portalType }));
      statuses.push((await client.post('/api/organisations', { name: 'Acme', handle: handle() })).status);
    }
    const holder = await as(await createStaff(panel, ['org:create']));
    statuses.push((await holder.post('/api/organisations', { name: 'Acme', handle: handle() })).status);
    expect(statuses).toEqual([403, 403, 200, 200, 200]);
  });

  it('repeated with the same idempotency key makes one', async () => {
    const { client } = await founder();
    const options = { headers: { 'idempotency-key': unique() } };
    const body = { name: 'Acme', handle: handle() };
    const first = await client.post('/api/organisations', body, options);
    expect((await client.post('/api/organisations', body, options)).body).toEqual(first.body);
    expect((await client.get<View[]>('/api/organisations')).body).toHaveLength(1);
  });
});

describe('an organisation', () => {
  it('shows everybody in it who else is, and its invitations only to those who manage it', async () => {
    const [owner, admin, member] = [await createUser(panel), await createUser(panel), await createUser(panel)];
    const organisation = await createOrganisation(panel, owner);
    await addMember(panel, organisation, admin, 'admin');
    await addMember(panel, organisation, member);
    const path = `/api/organisations/${organisation.id}`;
    await (await as(owner)).post(`${path}/invite`, { email: 'grace@example.test' });
    const seen: [string | undefined, string[], string[]][] = [];
    const reader = await createStaff(panel, ['org:read']);
    for (const user of [owner, admin, member, reader]) {
      const { body } = await (await as(user)).get<View>(path);
      seen.push([body.orgRole, body.users.map(({ orgRole }) => orgRole), body.invites.map(({ email }) => email)]);
    }
    const roles = ['owner', 'admin', 'member'];
    expect(seen).toEqual([
      ['owner', roles, ['grace@example.test']],
      ['admin', roles, ['grace@example.test']],
      ['member', roles, []],
      [undefined, roles, ['grace@example.test']],
    ]);
    const { text } = await (await as(owner)).get(path);
    expect(text).not.toMatch(/token|digest|password/i);
  });

  it.each(['0', '-1', '1.5', 'abc', '99999999999', '2147483648', '999999', 'NaN'])(
    'is not found by the id %s',
    async (id) => {
      const { client } = await founder();
      const answer = await client.get(`/api/organisations/${id}`);
      expect(answer).toMatchObject({ status: 404, body: { error: 'Organisation not found' } });
    },
  );

  it('costs a member one statement (nodes one more for their locations), and his session none', async () => {
    const owner = await createUser(panel);
    const { id } = await createOrganisation(panel, owner);
    const client = await as(owner);
    await client.get(`/api/organisations/${id}`);
    for (const path of [`/${id}`, '', '/invites', `/${id}/activity`, `/${id}/nodes`, `/${id}/servers`]) {
      const statements = await statementsOf(panel, () => client.get(`/api/organisations${path}`));
      expect([path, statements]).toEqual([path, path.endsWith('/nodes') ? 2 : 1]);
    }
    expect(await statementsOf(panel, () => client.get('/api/auth/session'))).toBe(0);
  });
});

describe('changing an organisation', () => {
  it('renames it for its owner and shows the new name in the sessions of all members', async () => {
    const [owner, member] = [await createUser(panel), await createUser(panel)];
    const organisation = await createOrganisation(panel, owner);
    await addMember(panel, organisation, member);
    const [asOwner, asMember] = [await as(owner), await as(member)];
    expect((await sessionOf(asMember)).org?.name).toBe(organisation.name);
    const path = `/api/organisations/${organisation.id}`;
    const { body } = await asOwner.put<{ org: View }>(path, { name: 'Renamed', handle: handle(), isStaff: true });
    expect(body.org).toMatchObject({ name: 'Renamed', handle: organisation.handle, isStaff: false, orgRole: 'owner' });
    expect((await sessionOf(asMember)).org?.name).toBe('Renamed');
    await asOwner.put(path, { name: '' });
    expect((await sessionOf(asOwner)).org?.name).toBe('Renamed');
    expect(await activityOf(organisation.id, 'org:update')).toMatchObject({ userId: owner.id });
  });

  it('lets only holders of org:write choose the portal', async () => {
    const owner = await createUser(panel);
    const { id } = await createOrganisation(panel, owner);
    const path = `/api/organisations/${id}`;
    const [asOwner, staff] = [await as(owner), await as(await createStaff(panel, ['org:write']))];
    expect(await asOwner.put(path, { portalTier: 'enterprise' })).toMatchObject({
      status: 403,
      body: { error: 'Forbidden' },
    });
    expect((await asOwner.put(path, { portalTier: 'free', name: 'Same portal' })).status).toBe(200);
    expect((await staff.put<{ org: View }>(path, { portalTier: 'enterprise' })).body.org.portalTier).toBe('enterprise');
    expect((await staff.put(path, { portalTier: 'gold' })).status).toBe(400);
  });

  it('is refused after six changes a minute', async () => {
    const limited = await startPanel({ env: { ORG_UPDATE_RATE_USER: '6' } });
    try {
      const owner = await createUser(limited);
      const { id } = await createOrganisation(limited, owner);
      const client = limited.as(await openSession(limited, owner));
      const statuses: number[] = [];
      for (let index = 0; index < 7; index++) {
        statuses.push((await client.put(`/api/organisations/${id}`, { name: `Name ${index}` })).status);
      }
      expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
    } finally {
      await limited.close();
    }
  });
});

describe('deleting an organisation', () => {
  it('ends memberships and invitations, at once in the sessions of its members', async () => {
    const [owner, member] = [await createUser(panel), await createUser(panel)];
    const organisation = await createOrganisation(panel, owner);
    await addMember(panel, organisation, member);
    const [asOwner, asMember] = [await as(owner), await as(member)];
    const path = `/api/organisations/${organisation.id}`;
    await asOwner.post(`${path}/invite`, { email: `${unique()}@example.test` });
    expect((await sessionOf(asMember)).orgs).toHaveLength(1);
    expect((await asOwner.delete(path)).body).toEqual({ success: true });
    expect(await sessionOf(asMember)).toMatchObject({ org: null, orgs: [], orgRole: 'member' });
    expect((await asMember.get(path)).status).toBe(404);
    expect((await asOwner.delete(path)).status).toBe(404);
    const where = { organisationId: organisation.id };
    expect(await panel.prisma.organisationMember.count({ where })).toBe(0);
    expect(await panel.prisma.organisationInvite.count({ where })).toBe(0);
    const { name: orgName, handle: its } = organisation;
    expect(await activityOf(organisation.id, 'org:delete')).toMatchObject({ metadata: { orgName, handle: its } });
  });

  it('is refused while a node belongs to it, and to everybody but the owner and staff', async () => {
    const [owner, admin] = [await createUser(panel), await createUser(panel)];
    const organisation = await createOrganisation(panel, owner);
    await addMember(panel, organisation, admin, 'admin');
    const node = await createNode(panel, { organisation: { connect: { id: organisation.id } } });
    const path = `/api/organisations/${organisation.id}`;
    expect(await (await as(admin)).delete(path)).toMatchObject({
      status: 403,
      body: { error: 'Only the organisation owner can delete the organisation' },
    });
    expect(await (await as(owner)).delete(path)).toMatchObject({
      status: 400,
      body: { error: 'Cannot delete organisation with active nodes. Unassign all nodes first.' },
    });
    expect((await (await as(owner)).get(path)).status).toBe(200);
    expect(await activityOf(organisation.id, 'org:delete')).toBeNull();
    await panel.prisma.node.update({ where: { id: node.id }, data: { organisationId: null } });
    expect((await (await as(await createStaff(panel, ['org:write']))).delete(path)).status).toBe(200);
  });
});

describe('choosing an organisation', () => {
  it('makes it that of the session; before, it is the one joined first', async () => {
    const user = await createUser(panel);
    const [first, second] = [await createOrganisation(panel, user), await createOrganisation(panel, user)];
    const other = await createOrganisation(panel, await createUser(panel));
    const client = await as(user);
    expect((await sessionOf(client)).org?.id).toBe(first.id);
    const chosen = await client.post(`/api/organisations/${second.id}/select`);
    expect(chosen.body).toEqual({ success: true, orgId: second.id });
    const session = await sessionOf(client);
    expect([session.org?.id, session.orgs.map(({ id }) => id)]).toEqual([second.id, [second.id, first.id]]);
    expect(await client.post(`/api/organisations/${other.id}/select`)).toMatchObject({
      status: 403,
      body: { error: 'Not a member of this organisation' },
    });
    await client.post(`/api/organisations/${first.id}/select`);
    expect((await sessionOf(client)).org?.id).toBe(first.id);
  });
});

it('an account that was suspended reaches none of its organisations', async () => {
  const owner = await createUser(panel);
  const { id } = await createOrganisation(panel, owner);
  const client = await as(owner);
  await changeUser(panel, owner, { suspended: true });
  expect((await client.get(`/api/organisations/${id}`)).status).toBe(403);
});
