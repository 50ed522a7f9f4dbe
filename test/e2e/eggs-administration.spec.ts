import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { announce, daemonOf } from '../support/daemons.js';
import {
  createAdmin,
  createApiKey,
  createEgg,
  createNode,
  createServer,
  createStaff,
  createUser,
  openSession,
} from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

interface EggBody {
  id: number;
  name: string;
  envVars: { env_variable: string }[];
  dockerImages: Record<string, string>;
}
interface ErrorBody {
  error: string;
}

let panel: TestPanel;
let admin: HttpClient;
let user: HttpClient;
const load = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`test/support/eggs/${name}.json`, 'utf8')) as Record<string, unknown>;

beforeAll(async () => {
  panel = await startPanel();
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  user = panel.as(await openSession(panel, await createUser(panel)));
});
afterAll(() => panel.close());

describe('an egg', () => {
  it.each(['paper', 'nodejs', 'old', 'pelican'])(
    'is imported from %s.json, exported and imported again',
    async (name) => {
      const imported = await admin.post<EggBody>('/api/admin/eggs/import', { json: load(name) });
      expect([imported.status, imported.body.name]).toEqual([201, load(name)['name']]);
      const exported = await admin.get<Record<string, unknown>>(`/api/admin/eggs/${imported.body.id}/export`);
      expect(exported.body).toMatchObject({ meta: { version: 'PTDL_v2' } });
      const again = await admin.post<EggBody>('/api/admin/eggs/import', { json: exported.body });
      const { id: _first, ...before } = imported.body;
      const { id: _second, ...after } = again.body;
      const timeless = { uuid: expect.any(String), createdAt: expect.any(String), updatedAt: expect.any(String) };
      expect(after).toEqual({ ...before, ...timeless });
      expect(Object.keys(again.body.dockerImages)).toEqual(Object.keys(imported.body.dockerImages));
    },
  );

  it('is shown to users without scripts and hidden variables', async () => {
    const created = await admin.post<EggBody>('/api/admin/eggs/import', { json: load('paper') });
    const seen = await user.get<EggBody>(`/api/eggs/${created.body.id}`);
    expect(seen.status).toBe(200);
    expect(seen.body.envVars.map(({ env_variable }) => env_variable)).not.toContain('BUILD_NUMBER');
    expect(seen.text).not.toMatch(/installScript|fileDenylist|Downloads the server/);
    await admin.put(`/api/admin/eggs/${created.body.id}`, { visible: false });
    expect((await user.get(`/api/eggs/${created.body.id}`)).status).toBe(404);
    expect((await user.get<EggBody[]>('/api/eggs')).body.map(({ id }) => id)).not.toContain(created.body.id);
    expect((await admin.get(`/api/eggs/${created.body.id}`)).status).toBe(200);
  });

  it('is administered only by those who may', async () => {
    for (const [method, path] of [
      ['GET', '/api/admin/eggs'],
      ['POST', '/api/admin/eggs'],
      ['POST', '/api/admin/eggs/import'],
      ['PUT', '/api/admin/eggs/1'],
      ['DELETE', '/api/admin/eggs/1'],
      ['DELETE', '/api/admin/eggs'],
    ] as const) {
      const answer = await user.request<ErrorBody>(method, path, { body: {} });
      expect([answer.status, answer.body.error]).toEqual([403, 'Egg administration required.']);
    }
    const writer = panel.as(await openSession(panel, await createStaff(panel, ['eggs:read', 'eggs:write'])));
    expect((await writer.delete('/api/admin/eggs')).status).toBe(403);
    const key = await createApiKey(panel, await createAdmin(panel), { permissions: ['eggs:write'] });
    expect((await panel.as(key).delete('/api/admin/eggs')).status).toBe(403);
  });

  it('keeps what it has when a change is not acceptable', async () => {
    const egg = await createEgg(panel);
    const before = (await admin.get(`/api/admin/eggs/${egg.id}`)).body;
    for (const change of [
      { dockerImage: '; rm -rf /' },
      { envVars: 'A=1' },
      { configFiles: { '../x': { parser: 'file', find: {} } } },
      { updateUrl: 'javascript:alert(1)' },
      { allowedPortals: ['nobility'] },
      { startup: 5 },
    ]) {
      expect((await admin.put(`/api/admin/eggs/${egg.id}`, change)).status).toBe(400);
    }
    expect((await admin.get(`/api/admin/eggs/${egg.id}`)).body).toEqual(before);
    const missing = await admin.post<ErrorBody>('/api/admin/eggs', { name: 'x' });
    expect(missing.body.error).toBe('name, dockerImage and startup are required');
  });

  it('stays while servers use it', async () => {
    const [egg, node, owner] = [await createEgg(panel), await createNode(panel), await createUser(panel)];
    const server = await createServer(panel, { owner, node, egg });
    expect((await admin.delete(`/api/admin/eggs/${egg.id}`)).status).toBe(409);
    expect((await admin.delete('/api/admin/eggs')).status).toBe(409);
    await panel.prisma.allocation.deleteMany({ where: { serverUuid: server.uuid } });
    await panel.prisma.server.delete({ where: { uuid: server.uuid } });
    expect((await admin.delete(`/api/admin/eggs/${egg.id}`)).status).toBe(200);
    expect((await admin.delete(`/api/admin/eggs/${egg.id}`)).status).toBe(404);
  });

  it('takes its changes to the daemons of its servers', async () => {
    const [egg, node, owner] = [await createEgg(panel), await createNode(panel), await createUser(panel)];
    const follower = await createServer(panel, { owner, node, egg });
    const loner = await createServer(panel, { owner, node, egg }, { autoSyncOnEggChange: false });
    const daemon = daemonOf(panel, node, 'rs');
    await daemon.boot();
    await announce(panel, node, daemon);
    await admin.put(`/api/admin/eggs/${egg.id}`, { processConfig: { startup: { done: ['ready now'] }, stop: 'quit' } });
    await until(
      'the follower has it',
      () => daemon.server(follower.uuid).processConfiguration.startup?.done?.[0] === 'ready now',
    );
    expect(daemon.server(loner.uuid).processConfiguration.startup?.done?.[0]).not.toBe('ready now');
    const polite = await admin.post(`/api/admin/eggs/${egg.id}/sync`, { respectOptOut: true });
    expect(polite.body).toEqual({
      total: 2,
      results: expect.arrayContaining([
        { uuid: follower.uuid, status: 'synced' },
        { uuid: loner.uuid, status: 'skipped_opt_out' },
      ]),
    });
    await admin.post(`/api/admin/eggs/${egg.id}/sync`);
    expect(daemon.server(loner.uuid).processConfiguration.stop).toEqual({ type: 'command', value: 'quit' });
    await daemon.crash();
    const lost = await admin.post<{ results: { status: string }[] }>(`/api/admin/eggs/${egg.id}/sync`, {});
    expect(lost.body.results.map(({ status }) => status)).toEqual([
      'node_service_unavailable',
      'node_service_unavailable',
    ]);
  });
});

describe('an import', () => {
  it.each([
    [{}, 'Provide either json or url in the request body'],
    [{ url: 'ftp://example.com/egg.json' }, 'URL must use http or https scheme'],
    [{ url: 'nonsense' }, 'Invalid URL'],
    [{ url: 'http://127.0.0.1:1/egg.json' }, 'Could not fetch or parse egg URL: the address is not public'],
    [{ url: 'http://169.254.169.254/latest/meta-data' }, 'Could not fetch or parse egg URL: the address is not public'],
    [{ url: 'http://localhost:1/egg.json' }, 'Could not fetch or parse egg URL: the address is not public'],
    [{ json: { name: 'x' } }, 'Egg JSON does not contain a docker image'],
    [{ json: [] }, 'json must be an egg export'],
    [{ json: { docker_images: { a: 'x/y' }, startup: 'a\0b' } }, 'startup must not contain NUL characters'],
    [
      {
        json: { docker_images: { a: 'x/y' }, startup: './run', variables: [{ env_variable: 'A', rules: { $ne: 1 } }] },
      },
      undefined,
    ],
  ])('of %j is answered clearly and stores nothing', async (body, error) => {
    const before = await panel.prisma.egg.count();
    const answer = await admin.post<ErrorBody>('/api/admin/eggs/import', body);
    if (error === undefined) {
      expect(answer.status).toBe(201);
      return;
    }
    expect([answer.status, answer.body.error]).toEqual([400, error]);
    expect(await panel.prisma.egg.count()).toBe(before);
  });
});
