import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { consoleToken, signToken } from './fake-panel.ts';
import { ConsoleClient } from './console-client.ts';
import type { SimulatedWings } from './simulated-wings.ts';
import type { ApiAnswer } from './test-bench.ts';
import { callApi, FLAVOURS, TestBench } from './test-bench.ts';
import type { JsonObject } from './types.ts';

let bench: TestBench;
beforeEach(async () => {
  bench = await TestBench.open();
});
afterEach(() => bench.close());

/** Somewhere for S3 parts and downloads: keeps what is PUT and serves it back. */
async function objectStore(): Promise<{ url: string; puts: string[]; close: () => void }> {
  const puts: string[] = [];
  const http = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (request.method === 'PUT') puts.push(text);
      response.setHeader('etag', `"etag-${puts.length}"`).setHeader('content-type', 'application/gzip');
      response.end(request.method === 'PUT' ? '' : puts.join(''));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, puts, close: () => void http.close() };
}

describe.each(FLAVOURS)('the files of %s', (flavour) => {
  const rs = flavour === 'rs';
  let wings: SimulatedWings;
  let files: (method: string, name: string, body?: unknown) => Promise<ApiAnswer>;
  let read: (path: string) => Promise<ApiAnswer>;
  beforeEach(async () => {
    const booted = await bench.booted(flavour);
    wings = booted.wings;
    files = (method, name, body) => callApi(wings, method, `/api/servers/${booted.uuid}/files/${name}`, body);
    read = (path) => files('GET', `contents?file=${path}`);
    const headers = { 'content-type': 'text/plain' };
    const path = `/api/servers/${booted.uuid}/files/write?file=/config/a.txt`;
    const written = await callApi(wings, 'POST', path, 'hello', headers);
    expect(written.status).toBe(rs ? 200 : 204);
  });

  it('are written, listed, read, renamed, copied and deleted', async () => {
    const listed = (await files('GET', 'list-directory?directory=/config')).body;
    expect(listed).toMatchObject([{ name: 'a.txt', size: 5, mode: '-rw-r--r--', mode_bits: '644', file: true }]);
    expect((await read('/config/a.txt')).text).toBe('hello');

    await files('PUT', 'rename', { root: '/config', files: [{ from: 'a.txt', to: 'b.txt' }] });
    await files('POST', 'copy', { location: '/config/b.txt' });
    expect((await read('/config/b%20copy.txt')).text).toBe('hello');
    await files('POST', 'delete', { root: '/config', files: ['b.txt'] });
    expect((await read('/config/b.txt')).status).toBe(404);
  });

  it('are packed and unpacked', async () => {
    const packed = (await files('POST', 'compress', { root: '/', files: ['config'] })).body as JsonObject;
    await files('POST', 'delete', { root: '/', files: ['config'] });
    const unpacked = await files('POST', 'decompress', { root: '/', file: packed.name });
    expect(unpacked.status).toBe(rs ? 200 : 204);
    expect((await read('/config/a.txt')).text).toBe('hello');
  });

  it('get directories, modes and never leave the root', async () => {
    await files('POST', 'create-directory', { path: '/config', name: 'deep' });
    await files('POST', 'chmod', { root: '/config', files: [{ file: 'a.txt', mode: '755' }] });
    expect((await files('GET', 'list-directory?directory=../../config')).body).toMatchObject([
      { name: 'deep', directory: true },
      { name: 'a.txt', mode_bits: '755' },
    ]);
  });

  it('are pulled from the web', async () => {
    const store = await objectStore();
    store.puts.push('from afar');
    const body = { root: '/', url: `${store.url}/plugin.jar`, foreground: true };
    expect((await files('POST', 'pull', body)).status).toBe(200);
    expect((await read('/plugin.jar')).text).toBe('from afar');
    store.close();
  });
});

describe('the file list and tools of rs', () => {
  it('page, sort, search and fingerprint', async () => {
    const { wings, uuid } = await bench.booted('rs');
    for (const name of ['c', 'a', 'b']) wings.server(uuid).files.write(`/${name}.txt`, name);
    const get = (name: string): Promise<ApiAnswer> => callApi(wings, 'GET', `/api/servers/${uuid}/files/${name}`);

    const page = await get('list?root=/&sort=name_desc&page=2&per_page=2');
    expect(page.body).toMatchObject({ total: 3, entries: [{ name: 'a.txt' }] });
    const prints = await get('fingerprints?algorithm=md5&root=/&files=a.txt');
    expect(prints.body).toEqual({ fingerprints: { 'a.txt': '0cc175b9c0f1b6a831c399e269772661' } });
    const search = await callApi(wings, 'POST', `/api/servers/${uuid}/files/search`, { root: '/', query: 'b.t' });
    expect(search.body).toMatchObject({ results: [{ name: 'b.txt' }] });
  });
});

describe.each(FLAVOURS)('backups of %s', (flavour) => {
  const rs = flavour === 'rs';
  const backup = 'b0b0b0b0-0000-4000-8000-000000000001';

  async function backUp(wings: SimulatedWings, uuid: string, adapter = 'wings'): Promise<JsonObject> {
    const answer = await callApi(wings, 'POST', `/api/servers/${uuid}/backup`, { adapter, uuid: backup, ignore: '' });
    expect(answer.status).toBe(202);
    const report = await wings.waitFor(() => bench.panel.requests('POST', `/backups/${backup}`)[0]);
    return report.body as JsonObject;
  }

  it('are made, announced, restored and deleted', async () => {
    const { wings, uuid } = await bench.booted(flavour);
    wings.server(uuid).files.write('/world', 'day 1');
    const origin = bench.panel.url;
    const client = await ConsoleClient.connect(`${wings.url}/api/servers/${uuid}/ws`, { origin });
    client.send('auth', [consoleToken(wings.options.token, uuid, ['*'])]);
    await client.waitForFrame('auth success');

    expect(await backUp(wings, uuid)).toMatchObject({ successful: true, checksum_type: rs ? 'sha256' : 'sha1' });
    await client.waitForFrame(rs ? 'backup completed' : `backup completed:${backup}`);

    wings.server(uuid).files.write('/world', 'day 2');
    const path = `/api/servers/${uuid}/backup/${backup}`;
    const restore = { adapter: 'wings', truncate_directory: true, download_url: null };
    expect((await callApi(wings, 'POST', `${path}/restore`, restore)).status).toBe(202);
    const report = await wings.waitFor(() => bench.panel.requests('POST', `/backups/${backup}/restore`)[0]);
    expect(report.body).toEqual(rs ? { server_uuid: uuid, successful: true } : { successful: true });
    expect(wings.server(uuid).files.read('/world')?.toString()).toBe('day 1');

    expect((await callApi(wings, 'DELETE', path, { adapter: 'wings' })).status).toBe(rs ? 202 : 204);
    expect((await callApi(wings, 'DELETE', path, { adapter: 'wings' })).status).toBe(404);
  });

  it('that fail are reported as failed', async () => {
    const { wings, uuid } = await bench.booted(flavour, { backupSucceeds: false });
    expect(await backUp(wings, uuid)).toMatchObject({ successful: false, size: 0, checksum: '' });
  });

  it('are uploaded to S3 in parts', async () => {
    const store = await objectStore();
    const { wings, uuid } = await bench.booted(flavour);
    wings.server(uuid).files.write('/world', 'x'.repeat(300));
    const urls = (query: URLSearchParams): string[] =>
      rs
        ? [`${store.url}/${query.get('from_part')}`]
        : Array.from({ length: 9 }, (_, part) => `${store.url}/${part + 1}`);
    bench.panel.answers.set(`GET /backups/${backup}${rs ? '/s3/parts' : ''}`, ({ query }) => ({
      status: 200,
      body: { parts: urls(query), part_size: 200 },
    }));

    const report = await backUp(wings, uuid, 's3');

    expect(report.parts).toEqual(
      store.puts.map((_, index) => ({ etag: `"etag-${index + 1}"`, part_number: index + 1 })),
    );
    expect(store.puts.join('')).toHaveLength(Number(report.size));
    store.close();
  });
});

it('rs reports deletions asked for without a server', async () => {
  const { wings, uuid } = await bench.booted('rs');
  wings.disk.backups.set('b', { uuid: 'b', server: uuid, adapter: 'wings', archive: Buffer.from('{}') });
  expect((await callApi(wings, 'DELETE', '/api/backups/b', { adapter: 'wings' })).status).toBe(202);
  const report = await wings.waitFor(() => bench.panel.requests('POST', '/backups/b/deletion')[0]);
  expect(report.body).toEqual({ successful: true });
});

describe.each(FLAVOURS)('a transfer between two %s daemons', (flavour) => {
  interface Transfer {
    source: SimulatedWings;
    target: SimulatedWings;
    uuid: string;
  }

  async function transfer(
    prepare: (uuid: string) => void = () => undefined,
    options: { receiveDelayMs?: number } = {},
  ): Promise<Transfer> {
    const target = bench.wings(flavour, { token: 'target-secret', ...options });
    await target.boot();
    const { wings: source, uuid } = await bench.booted(flavour);
    source.server(uuid).files.write('/world', 'precious');
    prepare(uuid);
    const token = `Bearer ${signToken('target-secret', 'transfer', { sub: uuid })}`;
    const order = { url: `${target.url}/api/transfers`, token, server: { uuid, start_on_completion: false } };
    const answer = await callApi(source, 'POST', `/api/servers/${uuid}/transfer`, order);
    expect(answer.status).toBe(202);
    return { source, target, uuid };
  }

  it('moves the files and is reported by the destination', async () => {
    const { source, target, uuid } = await transfer();
    const report = await source.waitFor(() => bench.panel.requests('POST', `/servers/${uuid}/transfer/success`)[0]);
    expect(report.headers.authorization).toContain('target-secret');
    await source.waitFor(() => source.server(uuid).lock === null);
    expect(target.server(uuid).files.read('/world')?.toString()).toBe('precious');
    expect(bench.panel.requests('POST', `/servers/${uuid}/transfer/failure`)).toEqual([]);
  });

  it('can be cancelled at the destination while that unpacks', async () => {
    const { source, target, uuid } = await transfer(() => undefined, { receiveDelayMs: 100_000 });
    await source.waitFor(() => target.servers.has(uuid));
    expect((await callApi(target, 'DELETE', `/api/transfers/${uuid}`)).status).toBe(flavour === 'rs' ? 200 : 202);
    await source.waitFor(() => bench.panel.requests('POST', `/servers/${uuid}/transfer/failure`).length >= 2);
    expect(target.servers.has(uuid)).toBe(false);
    expect(bench.panel.requests('POST', `/servers/${uuid}/transfer/success`)).toEqual([]);
  });

  it('fails when the panel hides the server from the destination', async () => {
    const { source, target, uuid } = await transfer((moved) => bench.panel.servers.delete(moved));
    await source.waitFor(() => bench.panel.requests('POST', `/servers/${uuid}/transfer/failure`).length >= 2);
    expect(target.servers.has(uuid)).toBe(false);
  });
});

describe('browser downloads and uploads', () => {
  it.each<['go' | 'rs', number]>([
    ['go', 1],
    ['rs', 5],
  ])('%s lets a download token be used %i times', async (flavour, uses) => {
    const { wings, uuid } = await bench.booted(flavour);
    wings.server(uuid).files.write('/a.txt', 'hello');
    const token = signToken(wings.options.token, 'file-download', { server_uuid: uuid, file_path: '/a.txt' });
    for (let use = 0; use < uses; use++) {
      expect((await callApi(wings, 'GET', `/download/file?token=${token}`)).text).toBe('hello');
    }
    expect((await callApi(wings, 'GET', `/download/file?token=${token}`)).status).toBe(flavour === 'go' ? 404 : 401);
  });

  it.each(FLAVOURS)('%s stores uploads', async (flavour) => {
    const { wings, uuid } = await bench.booted(flavour);
    const form = new FormData();
    form.append('files', new Blob(['content']), 'mod.jar');
    const token = signToken(wings.options.token, 'file-upload', { server_uuid: uuid, user_uuid: uuid });
    const url = `${wings.url}/upload/file?token=${token}&directory=/mods`;
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(200);
    expect(wings.server(uuid).files.read('/mods/mod.jar')?.toString()).toBe('content');
  });
});

it('rs runs a schedule on demand and reports its result', async () => {
  const [server] = bench.panel.add(1);
  const uuid = server?.settings.uuid ?? '';
  const [schedule, step] = [crypto.randomUUID(), crypto.randomUUID()];
  const actions = [{ uuid: step, type: 'send_command', ignore_failure: false, command: 'save-all' }];
  const own = { uuid: schedule, triggers: [], condition: { type: 'none' }, actions };
  if (server !== undefined) server.settings.schedules = [own];
  const wings = bench.wings('rs');
  await wings.boot();

  await callApi(wings, 'POST', `/api/servers/${uuid}/schedules/${schedule}/trigger`, {});

  const report = await wings.waitFor(() => bench.panel.requests('POST', '/schedule')[0]);
  expect(report.body).toMatchObject({
    data: [{ uuid: schedule, successful: false, errors: { [step]: 'server is offline' } }],
  });
});
