import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addMember,
  createAdmin,
  createApiKey,
  createNode,
  createOrganisation,
  createStaff,
  createUser,
  openSession,
  unique,
} from '../support/factories.js';
import type { TestOrganisation, TestUser } from '../support/factories.js';
import type { Caller, HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { nameOf, routesOf } from '../support/routes.js';
import { ACCESS_TABLE } from './access-table.js';

type Name =
  | 'owner'
  | 'admin'
  | 'member'
  | 'removed'
  | 'stranger'
  | 'otherOwner'
  | 'reader'
  | 'writer'
  | 'logReader'
  | 'nodeReader'
  | 'ownersKey'
  | 'ownersBareKey'
  | 'strangersKey'
  | 'adminKey';

/** What each of them is in the organisation, and which staff permissions he holds. */
const WHO: Record<Name, { role?: 'owner' | 'admin' | 'member'; staff?: readonly string[]; key?: readonly string[] }> = {
  owner: { role: 'owner' },
  admin: { role: 'admin' },
  member: { role: 'member' },
  removed: {},
  stranger: {},
  otherOwner: {},
  reader: { staff: ['org:read'] },
  writer: { staff: ['org:write'] },
  logReader: { staff: ['logs:read'] },
  nodeReader: { staff: ['nodes:read'] },
  ownersKey: { role: 'owner', key: ['org:read', 'org:write', 'org:invite'] },
  ownersBareKey: { role: 'owner', key: ['servers:read'] },
  strangersKey: { key: ['*'] },
  adminKey: { staff: ['org:read', 'org:write', 'logs:read', 'nodes:read', 'soc:read'] },
};
const RANK = { none: 9, owner: 2, admin: 1, member: 0 };

let panel: TestPanel;
let organisation: TestOrganisation;
let other: TestOrganisation;
let owner: TestUser;
let callers: Record<Name, Caller>;

beforeAll(async () => {
  panel = await startPanel();
  owner = await createUser(panel);
  const [admin, member, removed, stranger, otherOwner] = await Promise.all(
    Array.from({ length: 5 }, () => createUser(panel)),
  );
  organisation = await createOrganisation(panel, owner);
  other = await createOrganisation(panel, otherOwner as TestUser);
  await addMember(panel, organisation, admin as TestUser, 'admin');
  await addMember(panel, organisation, member as TestUser);
  await addMember(panel, organisation, removed as TestUser, 'admin');
  const session = (user: TestUser | undefined) => openSession(panel, user as TestUser);
  const staff = async (...permissions: string[]) => session(await createStaff(panel, permissions));
  callers = {
    owner: await session(owner),
    admin: await session(admin),
    member: await session(member),
    removed: await session(removed),
    stranger: await session(stranger),
    otherOwner: await session(otherOwner),
    reader: await staff('org:read'),
    writer: await staff('org:write'),
    logReader: await staff('logs:read'),
    nodeReader: await staff('nodes:read'),
    ownersKey: await createApiKey(panel, owner, { permissions: WHO.ownersKey.key ?? [] }),
    ownersBareKey: await createApiKey(panel, owner, { permissions: WHO.ownersBareKey.key ?? [] }),
    strangersKey: await createApiKey(panel, stranger as TestUser, { permissions: ['*'] }),
    adminKey: await createApiKey(panel, await createAdmin(panel), { type: 'admin' }),
  };
  // He knows the organisation, and is taken out while his sessions are in memory.
  await panel.as(callers.removed).get(`/api/organisations/${organisation.id}`);
  await panel.as(callers.owner).delete(`/api/organisations/${organisation.id}/users/${removed?.id}`);
});
afterAll(() => panel.close());

/** Ids that name nothing below the organisation: whoever is let in changes nothing. */
const pathOf = (path: string, id: number): string => path.replace(':id', String(id)).replace(/:\w+/g, '999999');

const lines = () =>
  routesOf(panel).flatMap((route) => {
    const line = ACCESS_TABLE[nameOf(route)];
    return line?.kind === 'organisation' ? [{ route, line }] : [];
  });

function isLetIn(name: Name, line: ReturnType<typeof lines>[number]['line']): boolean {
  const { role, staff = [], key } = WHO[name];
  if (key !== undefined && !key.includes(line.key) && !key.includes('*')) return false;
  return (role !== undefined && RANK[role] >= RANK[line.role]) || staff.some((held) => line.staff.includes(held));
}

describe.each(Object.keys(WHO) as Name[])('%s', (name) => {
  it('gets exactly as far with the organisation as the access table says', async () => {
    const client = panel.as(callers[name]);
    const surprises: string[] = [];
    for (const { route, line } of lines()) {
      // They would end the organisation or the membership for the routes that follow.
      const ends = /leave|select|^\/api\/organisations\/:id$/.test(route.path) && route.method !== 'GET';
      if (isLetIn(name, line) && ends) continue;
      const { status } = await client.request(route.method, pathOf(route.path, organisation.id), { body: {} });
      if (isLetIn(name, line) === [401, 403].includes(status)) surprises.push(`${nameOf(route)} answers ${status}`);
    }
    expect(surprises).toEqual([]);
  });
});

describe('a stranger', () => {
  it('is told Forbidden or what he lacks, and nothing of the organisation', async () => {
    for (const { route } of lines()) {
      const path = pathOf(route.path, organisation.id);
      const { text } = await panel.as(callers.stranger).request(route.method, path, { body: {} });
      expect(text).not.toMatch(new RegExp(`${organisation.handle}|${organisation.name}|token|csrf`, 'i'));
    }
  });

  it('gets 404 for an organisation that does not exist, as everybody', async () => {
    for (const { route } of lines()) {
      for (const name of ['stranger', 'owner', 'writer', 'adminKey'] as const) {
        const client = panel.as(callers[name]);
        const { status } = await client.request(route.method, pathOf(route.path, 999_999), { body: {} });
        // Not even staff has the routes of members.
        expect([nameOf(route), status]).toEqual([nameOf(route), 404]);
      }
    }
  });
});

describe('the owner of another organisation', () => {
  it('reaches nothing of this one through his own', async () => {
    const client = panel.as(callers.otherOwner);
    const base = `/api/organisations/${other.id}`;
    const member = await panel.prisma.organisationMember.findFirstOrThrow({
      where: { organisationId: organisation.id, orgRole: 'member' },
    });
    await panel.as(callers.owner).post(`/api/organisations/${organisation.id}/invite`, {
      email: `${unique()}@example.test`,
    });
    const { id: invite } = await panel.prisma.organisationInvite.findFirstOrThrow({
      where: { organisationId: organisation.id },
    });
    const before = await rows();
    const answers = [
      await client.put(`${base}/users/${member.userId}/role`, { orgRole: 'owner' }),
      await client.post(`${base}/users/${member.userId}/role`, { orgRole: 'admin' }),
      await client.delete(`${base}/users/${member.userId}`),
      await client.post(`${base}/invite/${invite}/resend`),
      await client.delete(`${base}/invite/${invite}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    expect(await rows()).toEqual(before);
  });

  const rows = async () => [
    await panel.prisma.organisationMember.findMany({ orderBy: { id: 'asc' } }),
    await panel.prisma.organisationInvite.findMany({ orderBy: { id: 'asc' } }),
  ];
});

describe('columns that nobody may set', () => {
  it('stay as they are, whatever is sent', async () => {
    const client = panel.as(callers.owner);
    const forged = { ownerId: 1, isStaff: true, avatarUrl: 'https://evil.test', portal: 'paid', id: 7, createdAt: 0 };
    const { status } = await client.put(`/api/organisations/${organisation.id}`, { name: 'Same', ...forged });
    expect(status).toBe(200);
    const row = await panel.prisma.organisation.findUniqueOrThrow({ where: { id: organisation.id } });
    expect(row).toMatchObject({ ownerId: owner.id, isStaff: false, avatarUrl: null, portalTier: 'free' });
  });
});

describe('an API key', () => {
  const keyFor = async (client: HttpClient, permissions: string[]) => {
    const { body } = await client.post<{ entry: { permissions: string[] } }>('/api/apikeys', {
      name: unique(),
      type: 'client',
      permissions,
    });
    return body.entry.permissions;
  };

  it('may hold org permissions when its owner is a member somewhere, and gives him nothing more by them', async () => {
    const wanted = ['org:read', 'org:write', 'nodes:read'];
    expect(await keyFor(panel.as(callers.stranger), wanted)).toEqual([]);
    expect(await keyFor(panel.as(callers.owner), wanted)).toEqual(['org:read', 'org:write']);
    const client = panel.as(callers.ownersKey);
    expect((await client.get(`/api/organisations/${organisation.id}`)).status).toBe(200);
    expect((await client.get(`/api/organisations/${other.id}`)).status).toBe(403);
    expect((await client.post(`/api/organisations/${organisation.id}/add-user`, { userId: 1 })).status).toBe(403);
    const founding = { name: 'Acme', handle: `${unique()}.example.test` };
    expect((await client.post('/api/organisations', founding)).status).toBe(403);
  });

  it('without them reads and changes nothing of organisations', async () => {
    const client = panel.as(callers.ownersBareKey);
    const refused = { status: 403, body: { error: 'Insufficient permissions (api key)' } };
    expect(await client.get('/api/organisations')).toMatchObject(refused);
    expect(await client.get('/api/organisations/invites')).toMatchObject(refused);
    expect(await client.get(`/api/organisations/${organisation.id}`)).toMatchObject(refused);
    expect(await client.post(`/api/organisations/${organisation.id}/leave`)).toMatchObject(refused);
    expect(await client.post('/api/organisations/accept-invite', { token: 'x' })).toMatchObject(refused);
  });
});

it('staff permissions that everybody has through the role default open no organisation', async () => {
  const role = await panel.prisma.role.findUniqueOrThrow({ where: { name: 'default' } });
  await panel.prisma.rolePermission.create({ data: { roleId: role.id, value: 'org:read' } });
  try {
    const client = panel.as(await openSession(panel, await createUser(panel)));
    expect((await client.get(`/api/organisations/${organisation.id}`)).status).toBe(403);
  } finally {
    await panel.prisma.rolePermission.deleteMany({ where: { roleId: role.id, value: 'org:read' } });
  }
});

it('a node of an organisation cannot be used by naming it when creating a server', async () => {
  const node = await createNode(panel, { organisation: { connect: { id: organisation.id } } });
  const egg = await panel.prisma.egg.create({
    data: { name: unique(), dockerImage: 'x', startup: 'x' },
    select: { id: true },
  });
  const client = panel.as(callers.stranger);
  const answer = await client.post('/api/servers', { name: 'Mine', eggId: egg.id, nodeId: node.id });
  expect(answer.status).toBe(503);
  expect(await panel.prisma.server.count({ where: { nodeId: node.id } })).toBe(0);
});
