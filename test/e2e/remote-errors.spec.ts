import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headersOf } from '../support/daemons.js';
import { createNode } from '../support/factories.js';
import type { TestNode } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const UNKNOWN = '/api/remote/servers/00000000-0000-4000-8000-000000000000';

let panel: TestPanel;
let node: TestNode;
beforeAll(async () => {
  panel = await startPanel();
  node = await createNode(panel);
});
afterAll(() => panel.close());

const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  fetch(`${panel.url}${path}`, {
    method,
    headers: { ...node.headers, ...headers },
    ...(body !== undefined && { body }),
  });

describe('errors', () => {
  it('carry objects for Wings in Go', async () => {
    const response = await panel.as({ headers: headersOf(node, 'go') }).get(UNKNOWN);
    expect(response.status).toBe(404);
    expect(response.body).toMatchObject({
      error: 'Server not found',
      errors: [{ code: 'servers.not_found', status: '404', detail: 'Server not found' }],
    });
  });

  it('carry texts for wings-rs', async () => {
    const response = await panel.as({ headers: headersOf(node, 'rs') }).get(UNKNOWN);
    expect(response.status).toBe(404);
    expect(response.body).toMatchObject({ error: 'Server not found', errors: ['Server not found'] });
  });

  it.each([
    ['go', [{ code: 'nodes.unauthorized', status: '401', detail: 'Unauthorized' }]],
    ['rs', ['Unauthorized']],
  ] as const)('of the guards have the same form for %s', async (flavour, errors) => {
    const { 'user-agent': agent = '' } = headersOf(node, flavour);
    const response = await panel.as({ headers: { 'user-agent': agent } }).get('/api/remote/servers');
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.body).toMatchObject({ error: 'Unauthorized', errors });
  });

  it('of bodies have the same form', async () => {
    const response = await send('POST', '/api/remote/servers/reset', '{"broken', headersOf(node, 'rs'));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: ['Request error'] });
  });

  it('are JSON whatever the daemon accepts', async () => {
    const response = await send('GET', UNKNOWN, undefined, { accept: 'application/vnd.pterodactyl.v1+json' });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  });
});

describe('a body', () => {
  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['null', 'null'],
    ['an object', '{"unknown":true}'],
    ['a list', '[]'],
  ])('may be %s where none is needed', async (_name, body) => {
    const json = { 'content-type': 'application/json' };
    expect((await send('POST', '/api/remote/servers/reset', body, json)).status).toBe(204);
    expect((await send('POST', '/api/remote/servers/reset', body)).status).toBe(204);
  });

  it('may be declared on a GET that has none', async () => {
    const response = await send('GET', '/api/remote/servers', undefined, { 'content-type': 'application/json' });
    expect(response.status).toBe(200);
  });

  it.each(['/api/remote/servers/reset', '/api/remote/sftp/auth'])('beyond 64 KiB is refused by %s', async (path) => {
    const response = await send('POST', path, JSON.stringify({ username: 'x'.repeat(70_000) }));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ code: 'request.too_large', status: '413' }] });
  });

  it('is not read before the caller is known', async () => {
    const response = await send('POST', '/api/remote/servers/reset', '{"broken', { authorization: 'Bearer nobody' });
    expect(response.status).toBe(401);
  });

  it('is read on other routes as before', async () => {
    const response = await fetch(`${panel.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"broken',
    });
    expect(response.status).toBe(400);
  });
});

describe('an unknown path', () => {
  it('is not found', async () => {
    expect((await send('GET', '/api/remote/nowhere')).status).toBe(404);
  });
});
