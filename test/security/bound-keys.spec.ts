import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerAccess } from '../../src/servers/access/server-access.service.js';
import { addSubuser, createAdmin, createApiKey, createServer, createUser, openSession } from '../support/factories.js';
import type { TestServer } from '../support/factories.js';
import type { Caller, HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createCast } from '../support/principals.js';
import type { Cast } from '../support/principals.js';
import { sampleBody } from '../support/openapi/sample.js';
import { fillPath, nameOf, operationOfRoute, routesOf, UNKNOWN_IDS } from '../support/routes.js';
import { ACCESS_TABLE } from './access-table.js';

/** What a bound key may call beside the routes of a server. A new line here is a decision: the handler must keep to the servers of the key. */
const OPEN_TO_BOUND_KEYS = ['GET /api/apikeys/my', 'GET /api/servers'];

interface Created {
  apiKey: string;
  entry: { servers: string[]; permissions: string[] };
}

let panel: TestPanel;
let cast: Cast;
/** Of the owner too, but not the key's. */
let other: TestServer;
let key: HttpClient;

beforeAll(async () => {
  panel = await startPanel();
  cast = await createCast(panel);
  const { owner } = cast.principals;
  if (owner.user === undefined) throw new Error('no owner');
  other = await createServer(panel, { owner: owner.user, node: cast.node, egg: cast.egg });
  key = panel.as(await createApiKey(panel, owner.user, { permissions: ['*'], servers: [cast.server.uuid] }));
});
afterAll(() => panel.close());

const uuids = async (client: HttpClient, query = ''): Promise<string[]> =>
  (await client.get<{ uuid: string }[]>(`/api/servers${query}`)).body.map(({ uuid }) => uuid);

const bodyOf = (route: Parameters<typeof operationOfRoute>[0]): { body?: unknown } => {
  const media = operationOfRoute(route)?.operation.requestBody?.content['application/json'];
  return media === undefined ? {} : { body: sampleBody(media) };
};

describe('an API key that is bound to a server', () => {
  it('is made from a session, names its servers, and is for clients only', async () => {
    const own = panel.as(cast.principals.owner);
    const servers = [cast.server.uuid.toUpperCase(), cast.server.uuid];
    const { body } = await own.post<Created>('/api/apikeys', {
      name: 'one server',
      type: 'client',
      permissions: ['servers:read'],
      servers,
    });
    expect(body.entry.servers).toEqual([cast.server.uuid]);
    const made = panel.as({ headers: { 'x-api-key': body.apiKey } });
    expect(await uuids(made)).toEqual([cast.server.uuid]);
    expect((await made.get('/api/apikeys/my')).body).toEqual([
      expect.objectContaining({ servers: [cast.server.uuid] }),
    ]);
    const wrong = [['nonsense'], [1], 'x', Array.from({ length: 101 }, () => cast.server.uuid)];
    for (const given of wrong) {
      const answer = await own.post('/api/apikeys', { name: 'x', type: 'client', servers: given });
      expect([given, answer.status]).toEqual([given, 400]);
    }
    const root = panel.as(cast.principals.rootAdmin);
    expect(await root.post('/api/apikeys', { name: 'x', type: 'admin', servers })).toMatchObject({
      status: 400,
      body: { error: 'Only client keys can be bound to servers' },
    });
  });

  it('reaches its server', async () => {
    expect((await key.get(`/api/servers/${cast.server.uuid}`)).status).toBe(200);
    expect((await key.get(`/api/servers/${cast.server.uuid.toUpperCase()}`)).status).toBe(200);
  });

  it('gets for another server of its owner, on every route, what it gets for one that does not exist', async () => {
    const routes = routesOf(panel).filter((route) => ACCESS_TABLE[nameOf(route)]?.kind === 'server');
    expect(routes.length).toBeGreaterThan(15);
    for (const route of routes) {
      const call = async (servers: string) => {
        const { status, body } = await key.request<{ code?: string }>(
          route.method,
          fillPath(route.path, { ...UNKNOWN_IDS, servers }),
          bodyOf(route),
        );
        return [nameOf(route), status, body.code];
      };
      const [foreign, unknown] = [await call(other.uuid), await call(UNKNOWN_IDS['servers'] ?? '')];
      expect(foreign).toEqual(unknown);
      expect(foreign).toEqual([nameOf(route), 404, 'servers.not_found']);
    }
    expect(await panel.prisma.server.count({ where: { uuid: other.uuid } })).toBe(1);
  });

  it('can do nothing that is not about its servers, creating one included', async () => {
    const before = await panel.prisma.server.count();
    const rest = routesOf(panel).filter((route) => {
      const kind = ACCESS_TABLE[nameOf(route)]?.kind;
      return kind !== undefined && !['server', 'anybody', 'node'].includes(kind);
    });
    const open: string[] = [];
    for (const route of rest) {
      const { status } = await key.request(route.method, fillPath(route.path, cast.ids), bodyOf(route));
      if (status !== 403) open.push(nameOf(route));
    }
    // Its own refusal of keys, with another status.
    expect(open.filter((name) => name !== 'GET /api/auth/csrf-token')).toEqual(OPEN_TO_BOUND_KEYS);
    expect(await panel.prisma.server.count()).toBe(before);
    const answer = await key.post('/api/servers', { name: 'mine', eggId: cast.egg.id });
    expect(answer.body).toMatchObject({ code: 'auth.key_bound_to_servers' });
  });

  it('lists its server only, whatever is searched for', async () => {
    expect(await uuids(panel.as(cast.principals.owner))).toHaveLength(2);
    expect(await uuids(key)).toEqual([cast.server.uuid]);
    expect(await uuids(key, `?q=${encodeURIComponent(other.name)}`)).toEqual([]);
    expect(await uuids(key, '?page=2&per_page=1')).toEqual([]);
  });

  it('opens no console of another server', async () => {
    expect((await key.get(`/api/servers/${other.uuid}/websocket`)).status).toBe(404);
  });

  it('of staff lists and reaches only what it is bound to', async () => {
    const root = await createAdmin(panel);
    const bound = panel.as(await createApiKey(panel, root, { permissions: ['*'], servers: [cast.server.uuid] }));
    expect(await uuids(bound)).toEqual([cast.server.uuid]);
    expect((await bound.get(`/api/servers/${cast.server.uuid}`)).status).toBe(200);
    expect((await bound.get(`/api/servers/${other.uuid}`)).status).toBe(404);
    expect((await bound.get('/api/admin/settings')).status).toBe(403);
    expect((await bound.get('/api/nodes')).status).toBe(403);
  });

  it('opens nothing that its owner may not have, now and later', async () => {
    const guest = await createUser(panel);
    const bound = panel.as(await createApiKey(panel, guest, { permissions: ['*'], servers: [cast.server.uuid] }));
    expect((await bound.get(`/api/servers/${cast.server.uuid}`)).status).toBe(404);
    const entry = await addSubuser(panel, cast.server, guest, []);
    expect((await bound.get(`/api/servers/${cast.server.uuid}`)).status).toBe(200);
    expect((await bound.get(`/api/servers/${cast.server.uuid}/activity`)).status).toBe(403);
    const own = panel.as(cast.principals.owner);
    await own.delete(`/api/servers/${cast.server.uuid}/subusers/${entry.id}`);
    expect((await bound.get(`/api/servers/${cast.server.uuid}`)).status).toBe(404);
  });

  it('does not bind what its owner does from a session', async () => {
    const caller: Caller = await openSession(panel, { id: other.ownerId });
    expect((await panel.as(caller).get(`/api/servers/${other.uuid}`)).status).toBe(200);
    const access = panel.app.get(ServerAccess);
    expect(await access.forCaller({ userId: other.ownerId, canAsStaff: () => false }, other.uuid)).toBeDefined();
  });
});
