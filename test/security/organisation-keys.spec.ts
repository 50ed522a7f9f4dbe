import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Route } from '../../src/common/access/route-inventory.js';
import {
  addMember,
  addSubuser,
  createAdmin,
  createApiKey,
  createEgg,
  createNode,
  createOrganisation,
  createServer,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestApiKey, TestNode, TestOrganisation, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { sampleBody } from '../support/openapi/sample.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createCast } from '../support/principals.js';
import type { Cast } from '../support/principals.js';
import { fillPath, nameOf, operationOfRoute, routesOf, UNKNOWN_IDS } from '../support/routes.js';
import { ACCESS_TABLE } from './access-table.js';

/** What a key of an organisation may call beside the routes of servers and organisations. A new line here is a decision. */
const OPEN_TO_BOUND_KEYS = ['GET /api/apikeys/my', 'GET /api/servers'];
const GONE = { status: 401, body: { error: 'Invalid API key' } };
const NO_ORGANISATION = { status: 404, body: { code: 'organisations.not_found' } };

interface Created {
  id: number;
  apiKey: string;
  entry: { organisationId: number | null };
}

let panel: TestPanel;
let cast: Cast;
let organisation: TestOrganisation;
/** The person is a member of it too, but the key is not bound to it. */
let other: TestOrganisation;
let node: TestNode;
let owner: TestUser;
let member: TestUser;
/** The member's: on the organisation's node, on a node of the other one, and on one of the panel. */
let servers: Record<'inside' | 'elsewhere' | 'shared', TestServer>;
/** Somebody else's, on the organisation's node. */
let ownersServer: TestServer;
let key: HttpClient;

beforeAll(async () => {
  panel = await startPanel();
  cast = await createCast(panel);
  [owner, member] = [await createUser(panel), await createUser(panel)];
  organisation = await createOrganisation(panel, owner);
  other = await createOrganisation(panel, await createUser(panel));
  await addMember(panel, organisation, member, 'admin');
  await addMember(panel, other, member, 'admin');
  const of = ({ id }: TestOrganisation) => ({ organisation: { connect: { id } } });
  node = await createNode(panel, of(organisation));
  const [otherNode, egg] = [await createNode(panel, of(other)), await createEgg(panel)];
  servers = {
    inside: await createServer(panel, { owner: member, node, egg }),
    elsewhere: await createServer(panel, { owner: member, node: otherNode, egg }),
    shared: await createServer(panel, { owner: member, node: cast.node, egg }),
  };
  ownersServer = await createServer(panel, { owner, node, egg });
  key = panel.as(await keyOf(member));
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const keyOf = (user: TestUser, { id }: TestOrganisation = organisation): Promise<TestApiKey> =>
  createApiKey(panel, user, { permissions: ['*'], organisationId: id });
const wish = (organisationId: unknown, values: object = {}) => ({
  body: { name: 'x', type: 'client', permissions: ['org:read', 'servers:read'], organisationId, ...values },
});
const create = (client: HttpClient, organisationId: unknown, values: object = {}) =>
  client.request<Created & { code?: string }>('POST', '/api/apikeys', wish(organisationId, values));
const bodyOf = (route: Route): { body?: unknown } => {
  const media = operationOfRoute(route)?.operation.requestBody?.content['application/json'];
  return media === undefined ? {} : { body: sampleBody(media) };
};
const routesOfKind = (kind: string): Route[] =>
  routesOf(panel).filter((route) => ACCESS_TABLE[nameOf(route)]?.kind === kind);

describe('an API key that is bound to an organisation', () => {
  it('is made by a member, for clients, and names its organisation', async () => {
    const own = await as(member);
    const { body, status } = await create(own, organisation.id);
    expect([status, body.entry.organisationId]).toEqual([200, organisation.id]);
    const made = panel.as({ headers: { 'x-api-key': body.apiKey } });
    expect((await made.get('/api/apikeys/my')).body).toEqual([
      expect.objectContaining({ id: body.id, organisationId: organisation.id }),
    ]);
    for (const wrong of ['x', 0, -1, 1.5, 2 ** 31, [organisation.id]]) {
      expect([wrong, (await create(own, wrong)).status]).toEqual([wrong, 400]);
    }
    const both = await create(own, organisation.id, { servers: [servers.inside.uuid] });
    expect(both).toMatchObject({ status: 400, body: { code: 'api_keys.two_bindings' } });
    const root = await createAdmin(panel);
    await addMember(panel, organisation, root);
    const admins = await create(await as(root), organisation.id, { type: 'admin' });
    expect(admins).toMatchObject({ status: 400, body: { code: 'api_keys.admin_not_bound' } });
    expect((await create(await as(root), null)).body.entry.organisationId).toBeNull();
  });

  it('is not made by a stranger, who gets what he gets for an organisation that does not exist', async () => {
    const stranger = await as(await createUser(panel));
    const before = await panel.prisma.apiKey.count();
    expect(await create(stranger, organisation.id)).toMatchObject(NO_ORGANISATION);
    expect(await create(stranger, 999_999)).toMatchObject(NO_ORGANISATION);
    const staff = await as(await createAdmin(panel));
    expect(await create(staff, organisation.id)).toMatchObject(NO_ORGANISATION);
    expect(await create(staff, organisation.id, { userId: member.id })).toMatchObject(NO_ORGANISATION);
    expect(await panel.prisma.apiKey.count()).toBe(before);
  });

  it('reaches its organisation, the nodes of it, and what its owner reaches of the servers on them', async () => {
    const path = `/api/organisations/${organisation.id}`;
    for (const below of ['', '/nodes', '/servers', '/users', '/activity']) {
      expect([below, (await key.get(path + below)).status]).toEqual([below, 200]);
    }
    expect((await key.get(`/api/servers/${servers.inside.uuid}`)).status).toBe(200);
    expect((await key.get(`/api/servers/${ownersServer.uuid}`)).status).toBe(404);
    const listed = await key.get<{ uuid: string }[]>('/api/servers');
    expect(listed.body.map(({ uuid }) => uuid)).toEqual([servers.inside.uuid]);
    const invited = await createUser(panel);
    await addMember(panel, organisation, invited);
    await addSubuser(panel, ownersServer, invited, ['*']);
    expect((await panel.as(await keyOf(invited)).get(`/api/servers/${ownersServer.uuid}`)).status).toBe(200);
  });

  it('gets for other servers of its owner, on every route, what it gets for one that does not exist', async () => {
    const routes = routesOfKind('server');
    expect(routes.length).toBeGreaterThan(15);
    for (const route of routes) {
      for (const { uuid } of [servers.elsewhere, servers.shared]) {
        const path = fillPath(route.path, { ...UNKNOWN_IDS, servers: uuid });
        const { status, body } = await key.request<{ code?: string }>(route.method, path, bodyOf(route));
        expect([nameOf(route), status, body.code]).toEqual([nameOf(route), 404, 'servers.not_found']);
      }
    }
    expect(await panel.prisma.server.count({ where: { ownerId: member.id } })).toBe(3);
  });

  it('gets for another organisation of its owner, on every route, what it gets for one that does not exist', async () => {
    const routes = routesOfKind('organisation');
    expect(routes.length).toBeGreaterThan(10);
    for (const route of routes) {
      const path = route.path.replace(':id', String(other.id)).replace(/:\w+/g, '999999');
      const { status, body } = await key.request<{ code?: string }>(route.method, path, bodyOf(route));
      expect([nameOf(route), status, body.code]).toEqual([nameOf(route), 404, 'organisations.not_found']);
    }
    expect(await panel.prisma.organisationMember.count({ where: { userId: member.id } })).toBe(2);
  });

  it('can do nothing that is not about its organisation', async () => {
    const rest = routesOf(panel).filter((route) => {
      const kind = ACCESS_TABLE[nameOf(route)]?.kind;
      return kind !== undefined && !['server', 'organisation', 'anybody', 'node'].includes(kind);
    });
    const open: string[] = [];
    for (const route of rest) {
      const { status } = await key.request(route.method, fillPath(route.path, cast.ids), bodyOf(route));
      if (status !== 403) open.push(nameOf(route));
    }
    // Its own refusal of keys, with another status.
    expect(open.filter((name) => name !== 'GET /api/auth/csrf-token')).toEqual(OPEN_TO_BOUND_KEYS);
    const answer = await key.get('/api/organisations');
    expect(answer).toMatchObject({ status: 403, body: { code: 'auth.key_bound_to_organisation' } });
  });

  it('does in it what its list and the role of its owner allow', async () => {
    const bare = await createApiKey(panel, member, { permissions: ['servers:read'], organisationId: organisation.id });
    expect((await panel.as(bare).get(`/api/organisations/${organisation.id}`)).status).toBe(403);
    expect((await key.delete(`/api/organisations/${organisation.id}`)).status).toBe(403);
  });

  it('of staff reaches no other organisation and no other server', async () => {
    const root = await createAdmin(panel);
    await addMember(panel, organisation, root);
    const bound = panel.as(await keyOf(root));
    expect((await bound.get(`/api/servers/${ownersServer.uuid}`)).status).toBe(200);
    expect((await bound.get(`/api/servers/${servers.shared.uuid}`)).status).toBe(404);
    expect((await bound.get(`/api/organisations/${other.id}`)).status).toBe(404);
    expect((await bound.get('/api/nodes')).status).toBe(403);
    const listed = await bound.get<{ uuid: string }[]>('/api/servers');
    expect(listed.body.map(({ uuid }) => uuid).sort()).toEqual([ownersServer.uuid, servers.inside.uuid].sort());
  });
});

describe('an API key of an organisation ends with the membership of its owner', () => {
  const used = async (user: TestUser, of: TestOrganisation = organisation): Promise<HttpClient> => {
    const client = panel.as(await keyOf(user, of));
    expect((await client.get(`/api/organisations/${of.id}`)).status).toBe(200);
    return client;
  };
  const newMember = async (): Promise<TestUser> => {
    const user = await createUser(panel);
    await addMember(panel, organisation, user);
    return user;
  };

  it('when he leaves, and it does not come back with him; his other keys stay', async () => {
    const user = await newMember();
    const [bound, free] = [await used(user), panel.as(await createApiKey(panel, user, { permissions: ['*'] }))];
    await (await as(user)).post(`/api/organisations/${organisation.id}/leave`);
    expect(await bound.get(`/api/organisations/${organisation.id}`)).toMatchObject(GONE);
    expect(await bound.get('/api/servers')).toMatchObject(GONE);
    expect((await free.get('/api/users/me')).status).toBe(200);
    await addMember(panel, organisation, user);
    expect(await bound.get(`/api/organisations/${organisation.id}`)).toMatchObject(GONE);
    expect(await panel.prisma.apiKey.count({ where: { userId: user.id } })).toBe(1);
  });

  it('when he is removed, by his own key too', async () => {
    const user = await newMember();
    const bound = await used(user);
    await (await as(owner)).delete(`/api/organisations/${organisation.id}/users/${user.id}`);
    expect(await bound.get('/api/apikeys/my')).toMatchObject(GONE);
    const another = await newMember();
    const leaving = await used(another);
    expect((await leaving.post(`/api/organisations/${organisation.id}/leave`)).status).toBe(200);
    expect(await leaving.get('/api/apikeys/my')).toMatchObject(GONE);
  });

  it('when the organisation ends', async () => {
    const founder = await createUser(panel);
    const brief = await createOrganisation(panel, founder);
    const bound = await used(founder, brief);
    expect((await (await as(founder)).delete(`/api/organisations/${brief.id}`)).status).toBe(200);
    expect(await bound.get(`/api/organisations/${brief.id}`)).toMatchObject(GONE);
  });

  it('but not when his role changes: it does what that role may do', async () => {
    const user = await newMember();
    const bound = await used(user);
    const path = `/api/organisations/${organisation.id}`;
    expect((await bound.get(`${path}/users`)).status).toBe(403);
    await (await as(owner)).put(`${path}/users/${user.id}/role`, { orgRole: 'admin' });
    expect((await bound.get(`${path}/users`)).status).toBe(200);
  });
});

it('a server that comes to a node of another organisation is out of reach of the keys of the first', async () => {
  const moved = await createServer(panel, { owner: member, node, egg: cast.egg });
  expect((await key.get(`/api/servers/${moved.uuid}`)).status).toBe(200);
  const root = await as(await createAdmin(panel));
  expect((await root.put(`/api/nodes/${node.id}`, { orgId: other.id })).status).toBe(200);
  expect((await key.get(`/api/servers/${moved.uuid}`)).status).toBe(404);
  await root.put(`/api/nodes/${node.id}`, { orgId: organisation.id });
  expect((await key.get(`/api/servers/${moved.uuid}`)).status).toBe(200);
});
