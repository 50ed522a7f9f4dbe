import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  createAdmin,
  createApiKey,
  createEgg,
  createNode,
  createServer,
  createStaff,
  createUser,
  openSession,
  unique,
} from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

interface Node {
  id: number;
  nodeId: string;
  name: string;
  [field: string]: unknown;
}
interface Result {
  success: boolean;
  node: Node;
  token?: string;
}

const TOKEN = 'f00d'.repeat(16);
let panel: TestPanel;
let admin: HttpClient;
let adminId: number;

const body = (values: object = {}): Record<string, unknown> => ({
  name: `node ${unique()}`,
  url: 'http://127.0.0.1:1',
  token: unique().padEnd(64, 'a'),
  ...values,
});
const create = async (values: object = {}): Promise<Node> => {
  const answer = await admin.post<Result>('/api/nodes', body(values));
  expect(answer).toMatchObject({ status: 200, body: { success: true } });
  return answer.body.node;
};
const staff = async (...permissions: string[]): Promise<HttpClient> =>
  panel.as(await openSession(panel, await createStaff(panel, permissions)));

beforeAll(async () => {
  panel = await startPanel();
  const user = await createAdmin(panel);
  adminId = user.id;
  admin = panel.as(await openSession(panel, user));
});
afterAll(() => panel.close());

describe('creating a node', () => {
  it('treats null as "not set" and fills in a uuid, defaults and the TLS of the url', async () => {
    const names = [
      'nodeId',
      'backendWingsUrl',
      'allowedOrigin',
      'fqdn',
      'defaultIp',
      'orgId',
      'ipv6Subnet',
      'deploymentNotice',
    ];
    const numbers = [
      'ipv6ReservedCount',
      'sftpPort',
      'sftpProxyPort',
      'portRangeStart',
      'portRangeEnd',
      'cost',
      'memory',
      'disk',
      'cpu',
      'serverLimit',
    ];
    const nulls = Object.fromEntries([...names, ...numbers, 'ipv6ExcludedPorts'].map((name) => [name, null]));
    const node = await create({ ...nulls, url: 'https://daemon.example.com:8080' });
    expect(node).toMatchObject({
      nodeId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      nodeType: 'free',
      useSSL: true,
      sftpPort: 2022,
      cost: 0,
      portRangeStart: null,
      ipv6ExcludedPorts: null,
      memory: null,
      deploymentsDisabled: false,
      organisation: null,
      organisationId: null,
    });
  });

  it('accepts texts for flags, a list of ports and a uuid without dashes', async () => {
    const uuid = crypto.randomUUID();
    const node = await create({
      nodeId: uuid.replaceAll('-', ''),
      useSSL: 'true',
      deploymentsDisabled: 'false',
      ipv6ExcludedPorts: [25566, 25567],
      allowedOrigin: '',
    });
    expect(node).toMatchObject({ nodeId: uuid, useSSL: true, ipv6ExcludedPorts: '25566,25567', allowedOrigin: null });
  });

  it('accepts numbers as forms send them: as texts, and empty for none', async () => {
    const node = await create({ orgId: '', memory: '2048', cost: '4.5', sftpPort: '', portRangeStart: ' ', cpu: '' });
    expect(node).toMatchObject({ memory: 2048, cost: 4.5, sftpPort: 2022, portRangeStart: null, cpu: null });
    const refused = await admin.post<{ error: string }>('/api/nodes', body({ portRangeStart: '1e3' }));
    expect(refused.body.error).toBe('portRangeStart must be an integer between 1 and 65535');
    const changed = await admin.put<Result>(`/api/nodes/${node.id}`, { memory: '' });
    expect(changed.body.node).toMatchObject({ memory: null, cost: 4.5 });
  });

  it('makes allocations of the port range, without the excluded ports', async () => {
    const node = await create({
      portRangeStart: 25565,
      portRangeEnd: 25570,
      ipv6ExcludedPorts: '25566, 25568-25569',
      defaultIp: '203.0.113.9',
    });
    const rows = await panel.prisma.allocation.findMany({ where: { nodeId: node.id }, orderBy: { port: 'asc' } });
    expect(rows.map(({ ip, port }) => `${ip}:${port}`)).toEqual([
      '203.0.113.9:25565',
      '203.0.113.9:25567',
      '203.0.113.9:25570',
    ]);
  });

  it.each([
    [{ name: undefined }, 'name, url and token are required'],
    [{ url: '' }, 'name, url and token are required'],
    [{ token: null }, 'name, url and token are required'],
    [{ token: 'short' }, 'token must be 32 to 128 letters, digits, dashes or underscores'],
    [{ nodeId: 'abc' }, 'nodeId must be a 32-character UUID'],
    [{ ipv6Subnet: '10.0.0.0/8' }, 'Invalid IPv6 subnet CIDR'],
    [{ ipv6Subnet: '2001:db8::/200' }, 'Invalid IPv6 subnet CIDR'],
    [{ ipv6ReservedCount: 10_001 }, 'Invalid ipv6ReservedCount'],
    [{ portRangeStart: 0 }, 'portRangeStart must be an integer between 1 and 65535'],
    [{ portRangeEnd: 70_000 }, 'portRangeEnd must be an integer between 1 and 65535'],
    [{ portRangeStart: 'x' }, 'portRangeStart must be an integer between 1 and 65535'],
    [{ portRangeStart: 20, portRangeEnd: 10 }, 'portRangeStart must be less than or equal to portRangeEnd'],
    [{ nodeType: 'gold' }, 'nodeType must be one of: free, paid, free_and_paid, enterprise'],
    [{ url: 'ftp://daemon.example.com' }, 'url must be an http or https address'],
    [{ url: 'http://user:pw@daemon.example.com' }, 'url must not contain a user name or password'],
    [{ url: 'http://169.254.169.254/' }, 'url points to an address that nodes may not have'],
    [
      { backendWingsUrl: 'http://[::ffff:169.254.169.254]' },
      'backendWingsUrl points to an address that nodes may not have',
    ],
    [{ backendWingsUrl: 'http://0x0.0.0.0:80' }, 'backendWingsUrl points to an address that nodes may not have'],
    [{ ipv6ExcludedPorts: '1-2-3' }, 'ipv6ExcludedPorts must be a list of ports'],
    [{ orgId: 999_999 }, 'Organisation not found'],
    [{ orgId: -1 }, 'orgId must not be less than 0'],
  ])('refuses %j and writes nothing', async (values, error) => {
    const before = await panel.prisma.node.count();
    expect(await admin.post('/api/nodes', body(values))).toMatchObject({ status: 400, body: { error } });
    expect(await panel.prisma.node.count()).toBe(before);
  });

  it('refuses a name, uuid or token that another node has', async () => {
    const token = unique().padEnd(64, 'b');
    const node = await create({ token });
    const texts = [
      [{ name: node.name }, 'A node with this name already exists'],
      [{ nodeId: node.nodeId }, 'A node with this nodeId already exists'],
      [{ token }, 'Another node has this token'],
    ] as const;
    for (const [values, error] of texts) {
      expect(await admin.post('/api/nodes', body(values))).toMatchObject({ status: 409, body: { error } });
    }
  });

  it('gives the first answer again for the same Idempotency-Key', async () => {
    const headers = { 'idempotency-key': unique() };
    const wanted = body();
    const first = await admin.post<Result>('/api/nodes', wanted, { headers });
    const second = await admin.post<Result>('/api/nodes', wanted, { headers });
    expect(second.body).toEqual(first.body);
  });
});

describe('reading and changing a node', () => {
  it('finds a node by number and by uuid with and without dashes', async () => {
    const node = await create();
    for (const ref of [node.id, node.nodeId, node.nodeId.replaceAll('-', '')]) {
      expect(await admin.get(`/api/nodes/${ref}`)).toMatchObject({ status: 200, body: { id: node.id } });
    }
  });

  it.each(['0', '999999', 'abc', '1e3', crypto.randomUUID()])('answers 404 for the unknown node %s', async (ref) => {
    expect(await admin.get(`/api/nodes/${ref}`)).toMatchObject({ status: 404, body: { error: 'Node not found' } });
    expect((await admin.put(`/api/nodes/${ref}`, {})).status).toBe(404);
    expect((await admin.delete(`/api/nodes/${ref}`)).status).toBe(404);
  });

  it('lists nodes as a bare array', async () => {
    const node = await create();
    const { body: nodes } = await admin.get<Node[]>('/api/nodes');
    expect(nodes.find(({ id }) => id === node.id)).toMatchObject({ name: node.name, organisation: null });
  });

  it('leaves absent fields, clears null and empty ones, and answers the changed node, by uuid too', async () => {
    const node = await create({
      fqdn: 'a.example.com',
      memory: 4096,
      defaultIp: '203.0.113.1',
      deploymentNotice: 'soon',
    });
    const answer = await admin.put<Result>(`/api/nodes/${node.nodeId}`, {
      memory: null,
      defaultIp: '',
      deploymentsDisabled: true,
    });
    expect(answer.body.node).toMatchObject({
      id: node.id,
      fqdn: 'a.example.com',
      memory: null,
      defaultIp: null,
      deploymentsDisabled: true,
      deploymentNotice: 'soon',
    });
  });

  it('checks a half changed range against the other half and keeps the old values', async () => {
    const node = await create({ portRangeStart: 100, portRangeEnd: 110 });
    expect(await admin.put(`/api/nodes/${node.id}`, { portRangeStart: 200, name: 'changed' })).toMatchObject({
      status: 400,
      body: { error: 'portRangeStart must be less than or equal to portRangeEnd' },
    });
    expect((await admin.get<Node>(`/api/nodes/${node.id}`)).body).toMatchObject({
      portRangeStart: 100,
      name: node.name,
    });
  });

  it('never changes the token or a column that is no field', async () => {
    const node = await createNode(panel);
    const before = await panel.prisma.node.findUniqueOrThrow({ where: { id: node.id } });
    await admin.put(`/api/nodes/${node.id}`, {
      token: TOKEN,
      tokenId: 'x',
      id: 7,
      healthStatus: 'ok',
      rootUserSealed: 'x',
      lastSeenAt: new Date(),
    });
    const after = await panel.prisma.node.findUniqueOrThrow({ where: { id: node.id } });
    expect({ ...after, updatedAt: null }).toEqual({ ...before, updatedAt: null });
  });

  it('adds the ports of a wider range and removes none', async () => {
    const node = await create({ portRangeStart: 100, portRangeEnd: 101 });
    await admin.put(`/api/nodes/${node.id}`, { portRangeStart: 101, portRangeEnd: 103 });
    expect(await panel.prisma.allocation.count({ where: { nodeId: node.id } })).toBe(4);
  });
});

describe('removing a node', () => {
  it('refuses while servers are on it, and removes it with its ports and heartbeats afterwards', async () => {
    const node = await createNode(panel);
    const server = await createServer(panel, { owner: await createUser(panel), node, egg: await createEgg(panel) });
    await panel.prisma.nodeHeartbeat.create({ data: { nodeId: node.id, status: 'ok', source: 'probe' } });
    expect(await admin.delete(`/api/nodes/${node.id}`)).toMatchObject({
      status: 409,
      body: { error: 'Node still has servers' },
    });
    await panel.prisma.server.delete({ where: { uuid: server.uuid } });
    expect(await admin.delete(`/api/nodes/${node.uuid}`)).toMatchObject({ status: 200, body: { success: true } });
    const where = { nodeId: node.id };
    expect(await panel.prisma.allocation.count({ where })).toBe(0);
    expect(await panel.prisma.nodeHeartbeat.count({ where })).toBe(0);
  });
});

describe('secrets of a node', () => {
  it('generates a token that is kept nowhere', async () => {
    const answer = await admin.get<{ token: string }>('/api/nodes/generate-token');
    expect(answer.body).toEqual({ token: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect((await admin.post<object>('/api/nodes/generate-token')).body).toEqual({ token: expect.any(String) });
    expect(await admin.post('/api/nodes/generate-token', { name: 'x' })).toMatchObject({ status: 400 });
  });

  it('generates a token and the node that has it in one call', async () => {
    const answer = await admin.post<Required<Result>>('/api/nodes/generate-token', {
      name: unique(),
      url: 'http://127.0.0.1:1',
      nodeType: 'paid',
    });
    expect(answer.body).toMatchObject({ success: true, node: { nodeType: 'paid' } });
    const { node, token } = answer.body;
    expect((await admin.get<Result>(`/api/nodes/${node.id}/token`)).body).toEqual({ token });
  });

  it('seals the root login, gives it back to those who may and clears it', async () => {
    const node = await create();
    const path = `/api/nodes/${node.nodeId}/credentials`;
    expect((await admin.get<object>(path)).body).toEqual({ success: true, credentials: {} });
    await admin.put(path, { rootUser: 'root', rootPassword: 'pässword' });
    const answer = await admin.get<object>(path);
    expect(answer.body).toEqual({ success: true, credentials: { rootUser: 'root', rootPassword: 'pässword' } });
    expect(answer.headers['cache-control']).toBe('no-store');
    const row = await panel.prisma.node.findUniqueOrThrow({ where: { id: node.id } });
    expect(`${row.rootUserSealed} ${row.rootPasswordSealed}`).not.toMatch(/root|pässword/);
    await admin.put(path, { rootPassword: null });
    expect((await admin.get<object>(path)).body).toEqual({ success: true, credentials: { rootUser: 'root' } });
  });

  it('rotates the token: without an overlap the new one works and the old one is refused at once', async () => {
    const token = unique().padEnd(64, 'c');
    const node = await create({ token });
    const asDaemon = (secret: string) =>
      panel.http.get('/api/remote/servers', { headers: { authorization: `Bearer eclipanel.${secret}` } });
    expect((await asDaemon(token)).status).not.toBe(401);
    const rotated = await admin.post<Required<Result>>(`/api/nodes/${node.id}/rotate-token`, {
      overlapSeconds: 0,
    });
    expect(rotated.headers['cache-control']).toBe('no-store');
    expect((await asDaemon(token)).status).toBe(401);
    expect((await asDaemon(rotated.body.token)).status).not.toBe(401);
  });

  it('notes every look and every change in the audit log, without secrets', async () => {
    const node = await create({ token: unique().padEnd(64, 'd') });
    await admin.put(`/api/nodes/${node.id}/credentials`, { rootPassword: 'marker-root-password' });
    await admin.get(`/api/nodes/${node.id}/credentials`);
    await admin.get(`/api/nodes/${node.id}/token`);
    await admin.get(`/api/application/nodes/${node.id}/configuration`);
    await admin.put(`/api/nodes/${node.id}`, { memory: 1 });
    await admin.post(`/api/nodes/${node.id}/rotate-token`);
    await admin.delete(`/api/nodes/${node.id}`);
    const entries = await panel.prisma.activityEntry.findMany({
      where: { targetType: 'node', targetId: String(node.id), action: { not: { startsWith: 'node:health:' } } },
      orderBy: { id: 'asc' },
    });
    expect(entries.map(({ action }) => action)).toEqual([
      'node:create',
      'node:credentials:update',
      'node:credentials:read',
      'node:token:read',
      'node:configuration:read',
      'node:update',
      'node:token:rotate',
      'node:delete',
    ]);
    expect(entries.every(({ userId, ipAddress }) => userId === adminId && ipAddress === '127.0.0.1')).toBe(true);
    expect(JSON.stringify(entries.map(({ metadata }) => metadata))).not.toMatch(/marker-root|dddd/);
  });

  it('never shows token, root login or their sealed forms in any other answer', async () => {
    const node = await create({ token: TOKEN });
    const path = `/api/nodes/${node.id}`;
    const answers = [
      await admin.put(`${path}/credentials`, { rootUser: 'marker-root-user', rootPassword: 'marker-root-password' }),
      await admin.put(path, { memory: 1 }),
      await admin.get(path),
      await admin.get('/api/nodes'),
      await admin.get('/api/nodes/available'),
      await admin.get('/api/nodes/heartbeats'),
      await admin.get(`${path}/heartbeats`),
      await admin.get(`${path}/allocations`),
      await admin.get('/api/admin/nodes'),
      await admin.post('/api/nodes', body({ token: TOKEN })),
      await admin.delete(path),
    ];
    const { tokenSealed } = await panel.prisma.node.findFirstOrThrow({ select: { tokenSealed: true } });
    for (const { text } of answers) {
      expect(text).not.toMatch(/marker-root|f00df00d|tokenDigest|tokenSealed|"token"|rootUser|rootPassword/);
      expect(text).not.toContain(tokenSealed);
    }
  });
});

describe('the configuration of the daemon', () => {
  const wanted = (node: Node, token: string): object => ({
    debug: false,
    app_name: 'EcliPanel',
    uuid: node.nodeId,
    token_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    token,
    api: {
      host: '0.0.0.0',
      port: 9443,
      ssl: {
        enabled: true,
        cert: '/etc/letsencrypt/live/wings.example.com/fullchain.pem',
        key: '/etc/letsencrypt/live/wings.example.com/privkey.pem',
      },
      upload_limit: 100,
      trusted_proxies: [],
    },
    system: { data: '/var/lib/eclipanel/volumes', sftp: { bind_port: 2023 } },
    allowed_mounts: ['/srv/mounts'],
    allowed_origins: ['https://app.example.com'],
    remote: panel.config.panelUrl,
  });

  it('is what `wings configure` fetches with an admin API key, and the same as YAML', async () => {
    const token = unique().padEnd(64, 'e');
    const node = await create({
      token,
      url: 'https://wings.example.com:9443',
      sftpPort: 2023,
      allowedOrigin: 'https://app.example.com',
    });
    const { key } = await createApiKey(panel, { id: adminId }, { type: 'admin' });
    const headers = { authorization: `Bearer ${key}`, accept: 'application/vnd.pterodactyl.v1+json' };
    for (const ref of [node.id, node.nodeId]) {
      const answer = await panel.http.get(`/api/application/nodes/${ref}/configuration`, { headers });
      expect(answer.headers).toMatchObject({
        'content-type': expect.stringMatching(/^application\/json/),
        'cache-control': 'no-store',
      });
      expect(answer.body).toEqual(wanted(node, token));
    }
    const yaml = await admin.get<string>(`/api/nodes/${node.nodeId}/configuration.yml`);
    expect(yaml.headers).toMatchObject({ 'content-type': 'text/yaml; charset=utf-8', 'cache-control': 'no-store' });
    expect(parse(yaml.text)).toEqual(wanted(node, token));
  });
});

describe('who may', () => {
  it('refuses nobody with 401 and accounts without the right with 403', async () => {
    const node = await create();
    const user = panel.as(await openSession(panel, await createUser(panel)));
    const reader = await staff('nodes:read');
    const routes: [string, string, HttpClient][] = [
      ['GET', '/api/nodes', user],
      ['GET', '/api/admin/nodes', reader],
      ['GET', `/api/nodes/${node.id}`, user],
      ['GET', '/api/nodes/heartbeats', user],
      ['GET', `/api/nodes/${node.id}/heartbeats`, user],
      ['POST', '/api/nodes', reader],
      ['PUT', `/api/nodes/${node.id}`, reader],
      ['DELETE', `/api/nodes/${node.id}`, reader],
      ['GET', '/api/nodes/generate-token', reader],
      ['POST', '/api/nodes/generate-token', reader],
      ['GET', `/api/nodes/${node.id}/token`, reader],
      ['POST', `/api/nodes/${node.id}/rotate-token`, reader],
      ['POST', `/api/nodes/${node.id}/install-command`, reader],
      ['GET', `/api/nodes/${node.id}/credentials`, reader],
      ['PUT', `/api/nodes/${node.id}/credentials`, reader],
      ['GET', `/api/nodes/${node.id}/allocations`, user],
      ['POST', `/api/nodes/${node.id}/allocations`, reader],
      ['DELETE', `/api/nodes/${node.id}/allocations`, reader],
      ['GET', `/api/nodes/${node.id}/configuration.yml`, reader],
      ['GET', `/api/application/nodes/${node.id}/configuration`, reader],
    ];
    for (const [method, path, caller] of routes) {
      const answers = [(await panel.http.request(method, path)).status, (await caller.request(method, path)).status];
      expect([method, path, ...answers]).toEqual([method, path, 401, 403]);
    }
    expect(await user.get('/api/nodes')).toMatchObject({ body: { error: 'Node administration required.' } });
  });

  it('lets holders of exactly the right in', async () => {
    const node = await create();
    expect((await (await staff('nodes:read')).get('/api/nodes')).status).toBe(200);
    expect((await (await staff('nodes:create')).post('/api/nodes', body())).status).toBe(200);
    expect((await (await staff('nodes:*')).put(`/api/nodes/${node.id}`, {})).status).toBe(200);
    expect((await (await staff('nodes:read-creds')).get(`/api/nodes/${node.id}/token`)).status).toBe(200);
    expect((await (await staff('admin:access', 'nodes:read')).get('/api/admin/nodes')).status).toBe(200);
  });
});

describe('the list for admins', () => {
  it('tells the number of servers, the health and the newest heartbeat', async () => {
    const node = await createNode(panel);
    await createServer(panel, { owner: await createUser(panel), node, egg: await createEgg(panel) });
    const { body: nodes } = await admin.get<Node[]>('/api/admin/nodes');
    expect(nodes.find(({ id }) => id === node.id)).toMatchObject({
      serverCount: 1,
      healthy: true,
      lastHeartbeat: null,
      daemonKind: 'unknown',
    });
  });
});
