import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { callApi, FLAVOURS, TestBench } from './test-bench.ts';
import { serverObject } from './fake-panel.ts';
import type { JsonObject } from './types.ts';

let bench: TestBench;
beforeEach(async () => {
  bench = await TestBench.open();
});
afterEach(() => bench.close());

describe.each(FLAVOURS)('a booting %s daemon', (flavour) => {
  it.each([0, 1, 50, 51, 120])('receives each of %i servers exactly once', async (count) => {
    const expected = bench.panel.add(count).map((server) => server.settings.uuid);
    const wings = bench.wings(flavour);

    const report = await wings.boot();

    expect([...report.serverUuids].sort()).toEqual([...expected].sort());
    expect(report.pages).toBe(Math.max(1, Math.ceil(count / 50)));
    const listed = await callApi(wings, 'GET', '/api/servers');
    expect(listed.body).toHaveLength(count);
  });

  it('introduces itself with its headers', async () => {
    const wings = bench.wings(flavour, { tokenId: 'abc', token: 'secret', version: '1.9.9' });
    await wings.boot();

    const [list] = bench.panel.requests('GET', '/servers');
    const product = flavour === 'go' ? 'Pterodactyl Wings' : 'calagopus wings';
    expect(list?.headers['user-agent']).toBe(`${product}/v1.9.9 (id:abc)`);
    expect(list?.headers.authorization).toBe('Bearer abc.secret');
    expect(list?.headers['content-type']).toBe(flavour === 'go' ? 'application/json' : undefined);
  });

  it('announces a reset without a payload', async () => {
    await bench.wings(flavour).boot();
    const [list] = bench.panel.requests('GET', '/servers');
    const reset = await bench.wings(flavour).waitFor(() => bench.panel.requests('POST', '/servers/reset')[0]);

    expect(reset.text).toBe(flavour === 'go' ? 'null' : '');
    expect(list?.query.get('page')).toBe(flavour === 'go' ? '0' : '1');
    const resetFirst = bench.panel.seen[0]?.path === '/servers/reset';
    expect(resetFirst).toBe(flavour === 'rs');
  });

  it('refuses to boot when the panel refuses it', async () => {
    bench.panel.answers.set('GET /servers', () => ({ status: 401, body: { errors: ['no'] } }));
    const wings = bench.wings(flavour, { clockScale: 0.001 });

    await expect(wings.boot()).rejects.toThrow(/refuses to boot.*401/);
    expect(bench.panel.requests('GET', '/servers')).toHaveLength(flavour === 'go' ? 1 : 4);
    expect(wings.listening).toBe(false);
  });

  it('keeps asking a failing panel before it gives up', async () => {
    bench.panel.answers.set('GET /servers', () => ({ status: 500 }));
    const wings = bench.wings(flavour, { clockScale: 0.0001 });

    await expect(wings.boot()).rejects.toThrow(/refuses to boot/);
    expect(bench.panel.requests('GET', '/servers').length).toBeGreaterThanOrEqual(9);
    expect(bench.panel.requests('GET', '/servers').length).toBeLessThanOrEqual(10);
  });

  it('does not listen before it has booted', async () => {
    const wings = bench.wings(flavour);
    let listening: boolean | null = null;
    bench.panel.answers.set('GET /servers', () => {
      listening = wings.listening;
      const meta = { current_page: 1, last_page: 1, total: 0 };
      return { status: 200, body: { data: [], meta } };
    });

    await wings.boot();

    expect(listening).toBe(false);
    expect(wings.listening).toBe(true);
  });
});

describe('reading server objects', () => {
  async function bootWith(flavour: 'go' | 'rs', settings: JsonObject): Promise<unknown> {
    const server = serverObject(settings);
    bench.panel.servers.set(server.settings.uuid, server);
    return bench.wings(flavour).boot();
  }

  it.each<[string, JsonObject, RegExp]>([
    ['a missing field', { suspended: undefined }, /settings\.suspended is missing/],
    ['a number in text', { build: { memory_limit: '2048' } }, /settings\.build\.memory_limit is "2048"/],
    ['a null name', { meta: { name: null, description: '' } }, /settings\.meta\.name is null/],
    ['an egg id that is no UUID', { egg: { id: '7' } }, /settings\.egg\.id is "7", expected a UUID/],
    ['labels in a list', { labels: [] }, /settings\.labels/],
    ['a malformed schedule', { schedules: [{ uuid: 'x', triggers: [] }] }, /settings\.schedules\[0\]\.condition/],
  ])('rs refuses to boot on %s', async (_case, settings, problem) => {
    await expect(bootWith('rs', settings)).rejects.toThrow(problem);
  });

  it('go takes an object with missing fields but not one with wrong types', async () => {
    await expect(bootWith('go', { suspended: undefined, egg: { id: '7' }, schedules: 7 })).resolves.toBeDefined();
    await expect(bootWith('go', { environment: 'none' })).rejects.toThrow(/settings\.environment/);
  });

  it('rs reads a schedule with every kind of step the contract shows', async () => {
    const step = (type: string, fields: JsonObject): JsonObject => ({ uuid: crypto.randomUUID(), type, ...fields });
    const actions = [
      step('send_power', { ignore_failure: false, action: 'restart' }),
      step('send_command', { ignore_failure: true, command: { variable: 'line' } }),
      step('create_backup', { ignore_failure: false, foreground: true, name: null, ignored_files: [] }),
      step('delete_backup', { backup: { mode: 'name', name: 'old' } }),
      step('else', {}),
    ];
    const condition = { type: 'and', conditions: [{ type: 'server_state', state: 'running' }] };
    const triggers = [{ type: 'cron', schedule: '0 * * * *' }];
    const schedule = { uuid: crypto.randomUUID(), triggers, condition, actions };

    await expect(bootWith('rs', { schedules: [schedule] })).resolves.toBeDefined();
  });
});

describe.each(FLAVOURS)('a new server on %s', (flavour) => {
  async function create(startOnCompletion: boolean, options = {}): Promise<{ uuid: string; done: unknown }> {
    const wings = bench.wings(flavour, { startDelayMs: 100, installDelayMs: 300, ...options });
    await wings.boot();
    const [server] = bench.panel.add(1);
    const uuid = server?.settings.uuid ?? '';
    const body = { uuid, start_on_completion: startOnCompletion, skip_scripts: false };
    const answer = await callApi(wings, 'POST', '/api/servers', body);
    expect(answer.status).toBe(flavour === 'go' ? 202 : 200);
    const path = `/servers/${uuid}/install`;
    const report = await wings.waitFor(() => bench.panel.requests('POST', path)[0]);
    if (startOnCompletion) await wings.waitFor(() => wings.server(uuid).state === 'running');
    return { uuid, done: report.body };
  }

  it('is fetched, installed, reported and started', async () => {
    const { uuid, done } = await create(true);

    expect(done).toEqual({ successful: true, reinstall: false });
    const calls = bench.panel.seen.map(({ method, path }) => `${method} ${path}`);
    const expected = [`GET /servers/${uuid}`, `GET /servers/${uuid}/install`, `POST /servers/${uuid}/install`];
    expect(calls.filter((call) => expected.includes(call)).slice(0, 3)).toEqual(expected);
  });

  it('is reported as failed when the installation fails', async () => {
    const { done } = await create(false, { installSucceeds: false });
    expect(done).toEqual({ successful: false, reinstall: false });
  });

  it('is not created when the panel does not know it', async () => {
    const wings = bench.wings(flavour, { clockScale: 0.001 });
    await wings.boot();
    const uuid = crypto.randomUUID();

    const answer = await callApi(wings, 'POST', '/api/servers', { uuid, start_on_completion: false });

    expect(answer.status).toBe(500);
    expect(wings.servers.has(uuid)).toBe(false);
  });
});

describe.each(FLAVOURS)('the HTTP API of %s', (flavour) => {
  it('moves a server through its states', async () => {
    const { wings, uuid } = await bench.booted(flavour, { startDelayMs: 500, stopDelayMs: 500 });
    const power = (action: string): Promise<{ status: number }> =>
      callApi(wings, 'POST', `/api/servers/${uuid}/power`, { action });

    expect((await power('start')).status).toBe(202);
    await wings.waitFor(() => wings.server(uuid).state === 'running');
    expect((await power('stop')).status).toBe(202);
    await wings.waitFor(() => wings.server(uuid).state === 'offline');
    expect((await power('explode')).status).toBe(flavour === 'go' ? 422 : 400);
  });

  it('refuses wrong and missing tokens', async () => {
    const { wings } = await bench.booted(flavour);
    const wrong = await callApi(wings, 'GET', '/api/system', undefined, { authorization: 'Bearer nope' });
    const missing = await callApi(wings, 'GET', '/api/system', undefined, { authorization: 'nope' });

    expect([wrong.status, missing.status]).toEqual(flavour === 'go' ? [403, 401] : [401, 401]);
  });

  it('answers 404 for unknown servers and routes', async () => {
    const { wings } = await bench.booted(flavour);
    expect((await callApi(wings, 'GET', `/api/servers/${crypto.randomUUID()}`)).status).toBe(404);
    expect((await callApi(wings, 'GET', '/api/backups')).status).toBe(404);
    expect((await callApi(wings, 'GET', '/api/system/overview')).status).toBe(flavour === 'go' ? 404 : 200);
  });

  it('does not start a suspended server', async () => {
    const server = serverObject({ suspended: true });
    bench.panel.servers.set(server.settings.uuid, server);
    const wings = bench.wings(flavour);
    await wings.boot();

    const answer = await callApi(wings, 'POST', `/api/servers/${server.settings.uuid}/power`, { action: 'start' });
    expect(answer.status).toBe(flavour === 'go' ? 400 : 417);
  });

  it('gives a server the configuration the panel has now when it is synced', async () => {
    const { wings, uuid } = await bench.booted(flavour);
    const changed = bench.panel.servers.get(uuid);
    if (changed !== undefined)
      bench.panel.servers.set(uuid, { ...changed, settings: { ...changed.settings, suspended: true } });

    await callApi(wings, 'POST', `/api/servers/${uuid}/sync`);
    const state = (await callApi(wings, 'GET', `/api/servers/${uuid}`)).body as JsonObject;
    expect(state.is_suspended).toBe(true);
  });
});

describe('the strictness of rs', () => {
  it('takes only the exact JSON content type', async () => {
    const { wings, uuid } = await bench.booted('rs');
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const answer = await callApi(wings, 'POST', `/api/servers/${uuid}/power`, { action: 'start' }, headers);

    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid payload: unsupported content type' } });
  });
});

describe('SFTP logins', () => {
  const credentials = { username: 'someone@example.org.0123abcd', password: 'wrong' };

  it.each<['go' | 'rs', number]>([
    ['rs', 4],
    ['go', 1],
  ])('%s asks a refusing panel %i times', async (flavour, attempts) => {
    bench.panel.answers.set('POST /sftp/auth', () => ({ status: 403, body: { errors: ['no'] } }));
    const { wings } = await bench.booted(flavour, { clockScale: 0.001 });

    const outcome = await wings.sftpLogin(credentials);

    expect(outcome).toMatchObject({ ok: false, status: 403, attempts });
    expect(bench.panel.requests('POST', '/sftp/auth')).toHaveLength(attempts);
  });

  it.each(FLAVOURS)('%s lets in whom the panel knows', async (flavour) => {
    const { wings, uuid } = await bench.booted(flavour);
    const user = crypto.randomUUID();
    const permissions = ['file.read', 'file.sftp'];
    const body = { user, server: uuid, permissions, ignored_files: [] };
    bench.panel.answers.set('POST /sftp/auth', () => ({ status: 200, body }));

    expect(await wings.sftpLogin(credentials)).toMatchObject({ ok: true, user, server: uuid, permissions });
    expect((await wings.sftpLogin({ ...credentials, username: 'nobody' })).attempts).toBe(0);
  });
});

describe('a crash', () => {
  it.each(FLAVOURS)('of %s cuts every connection and a restart brings the server back', async (flavour) => {
    const { wings, uuid } = await bench.booted(flavour, { startDelayMs: 100 });
    const { url } = wings;
    await wings.server(uuid).start();
    wings.server(uuid).files.write('/world/level.dat', 'precious');

    await wings.crash();
    await expect(callApi(wings, 'GET', '/api/system')).rejects.toThrow();

    await wings.restart();
    expect(wings.url).toBe(url);
    expect(wings.server(uuid).files.read('/world/level.dat')?.toString()).toBe('precious');
    await wings.waitFor(() => wings.server(uuid).state === 'running');
  });

  it('of rs during an installation is resumed and reported after the restart', async () => {
    const wings = bench.wings('rs', { installDelayMs: 60_000 });
    await wings.boot();
    const uuid = bench.panel.add(1)[0]?.settings.uuid ?? '';
    await callApi(wings, 'POST', '/api/servers', { uuid, start_on_completion: false, skip_scripts: false });
    await wings.crash();
    expect(bench.panel.requests('POST', `/servers/${uuid}/install`)).toHaveLength(0);

    wings.options.installDelayMs = 100;
    await wings.boot();
    await wings.waitFor(() => bench.panel.requests('POST', `/servers/${uuid}/install`)[0]);
  });
});
