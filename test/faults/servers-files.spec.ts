import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createEgg, createNode, createServer, createUser, openSession } from '../support/factories.js';
import type { TestEgg, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

const MIB = 1024 * 1024;
const SIZE = 192 * MIB;
/** Sockets of the system may hold up to 36 MiB each; half of the file is more than two of them together. */
const BOUND = SIZE / 2;
const SLOWLY = 240_000;
const CHUNK = Buffer.alloc(64 * 1024, 'x');

let panel: TestPanel;
let owner: TestUser;
let egg: TestEgg;
let headers: Readonly<Record<string, string>>;
let http: HttpClient;
const servers: Server[] = [];

beforeAll(async () => {
  panel = await startPanel({ env: { FILES_UPLOAD_LIMIT_MIB: '256' } });
  owner = await createUser(panel);
  const session = await openSession(panel, owner);
  headers = session.headers;
  http = panel.as(session);
  egg = await createEgg(panel);
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => panel.close());

/** The files of a server whose node answers as told. */
async function filesOn(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const node = createHttpServer(answer);
  // A slow reader must not be cut off after the last byte was handed to the system.
  node.keepAliveTimeout = 0;
  servers.push(node);
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
  const { port } = node.address() as AddressInfo;
  // Asked for nothing else: it would answer that with the file too.
  const nextPollAt = new Date(Date.now() + 86_400_000);
  const row = await createNode(panel, { url: `http://127.0.0.1:${port}`, nextPollAt });
  const server = await createServer(panel, { owner, node: row, egg });
  return `/api/servers/${server.uuid}/files`;
}

/** Until a count has not changed for a while. */
async function settled(what: string, count: () => number): Promise<number> {
  let [last, same] = [-1, 0];
  await until(
    what,
    () => {
      same = count() === last && last > 0 ? same + 1 : 0;
      last = count();
      return same >= 10;
    },
    { within: 60_000 },
  );
  return last;
}

describe('a large file passes through the panel without being kept', () => {
  it(
    'on its way down: the node waits when the browser does',
    async () => {
      let written = 0;
      function* bytes(): Generator<Buffer> {
        for (; written < SIZE; written += CHUNK.length) yield CHUNK;
      }
      const path = await filesOn((_request, response) => {
        response.writeHead(200, { 'content-length': String(SIZE) });
        Readable.from(bytes(), { objectMode: false }).pipe(response);
      });
      const request = httpRequest(`${panel.url}${path}/download?path=/big.bin`, { headers }).end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      expect(await settled('the node waits', () => written)).toBeLessThan(BOUND);
      let received = 0;
      for await (const chunk of response) received += (chunk as Buffer).length;
      expect(received).toBe(SIZE);
    },
    SLOWLY,
  );

  it(
    'on its way up: the browser waits when the node does',
    async () => {
      let [received, go] = [0, (): void => undefined];
      const path = await filesOn((request, response) => {
        go = () => request.on('data', (chunk: Buffer) => (received += chunk.length));
        request.on('end', () => response.writeHead(204).end());
      });
      const options = { 'content-type': 'application/octet-stream', 'content-length': String(SIZE) };
      const url = `${panel.url}${path}/upload?path=/big.bin`;
      const request = httpRequest(url, { method: 'POST', headers: { ...headers, ...options } });
      const answered = once(request, 'response') as Promise<[IncomingMessage]>;
      let sent = 0;
      const sending = (async () => {
        for (; sent < SIZE; sent += CHUNK.length) if (!request.write(CHUNK)) await once(request, 'drain');
        request.end();
      })();
      expect(await settled('the browser waits', () => sent)).toBeLessThan(BOUND);
      go();
      await sending;
      const [response] = await answered;
      response.resume();
      expect([response.statusCode, received]).toEqual([200, SIZE]);
    },
    SLOWLY,
  );
});

describe('a browser that goes away', () => {
  it('half-way through an upload cuts the node off, and is not taken for a failure of the node', async () => {
    let [begun, cut] = [0, 0];
    const path = await filesOn((request, response) => {
      if (!request.url?.includes('/write'))
        return void response.setHeader('content-type', 'application/json').end('[]');
      begun++;
      request.on('error', () => undefined).resume();
      request.on('close', () => (cut += request.complete ? 0 : 1));
    });
    for (let count = 1; count <= 6; count++) {
      const options = { 'content-type': 'application/octet-stream', 'content-length': '1000000' };
      const url = `${panel.url}${path}/upload?path=/a.bin`;
      const request = httpRequest(url, { method: 'POST', headers: { ...headers, ...options } });
      request.on('error', () => undefined);
      request.write(CHUNK);
      await until('the upload has reached the node', () => begun === count);
      request.destroy();
      await until('the node was cut off', () => cut === count);
    }
    // After five failures of the node nobody would be let through to it.
    const where = { targetId: path.split('/')[3] ?? '' };
    expect([(await http.get(path)).status, await panel.prisma.activityEntry.count({ where })]).toEqual([200, 0]);
  });

  it('half-way through downloads gives their places back', async () => {
    let closed = 0;
    const path = await filesOn((_request, response) => {
      response.on('close', () => closed++);
      response.writeHead(200, { 'content-length': String(SIZE) });
      response.write(CHUNK);
    });
    const open = async () => {
      const request = httpRequest(`${panel.url}${path}/download?path=/a.bin`, { headers }).end();
      request.on('error', () => undefined);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.on('error', () => undefined);
      return { request, status: response.statusCode };
    };
    const eight = await Promise.all(Array.from({ length: 8 }, open));
    expect(eight.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const ninth = await http.get(`${path}/download?path=/a.bin`);
    expect([ninth.status, ninth.body]).toMatchObject([429, { code: 'files.too_many_at_once' }]);
    for (const { request } of eight) request.destroy();
    await until('the node was cut off', () => closed === 8);
    await until('there is room again', async () => {
      const { request, status } = await open();
      request.destroy();
      return status === 200;
    });
  });
});

describe('a node', () => {
  it('that cuts a download makes the browser notice', async () => {
    const path = await filesOn((_request, response) => {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write(CHUNK, () => response.destroy());
    });
    const answer = await fetch(`${panel.url}${path}/download?path=/a.bin`, { headers });
    expect(answer.status).toBe(200);
    await expect(answer.arrayBuffer()).rejects.toThrow();
  });

  it('that cuts an upload is told as an error', async () => {
    const path = await filesOn((request) => request.on('data', () => request.destroy()));
    const options = { headers: { 'content-type': 'application/octet-stream' } };
    const answer = await http.post(`${path}/upload?path=/a.bin`, new Uint8Array(500_000), options);
    expect([answer.status, answer.body]).toMatchObject([504, { code: 'nodes.unreachable' }]);
  });

  it('that answers nonsense is told as 502', async () => {
    const path = await filesOn((_request, response) => response.end('<<< this is not JSON'));
    expect((await http.get(path)).status).toBe(502);
    expect((await http.post(`${path}/archive`, { files: ['a'] })).status).toBe(502);
    expect((await http.get(`${path}/revisions?file=/a`)).status).toBe(502);
  });

  it('that fails or refuses the panel is told as 502, without its text', async () => {
    let status = 500;
    const path = await filesOn((_request, response) =>
      response.writeHead(status).end('{"error":"secret at 10.0.0.9"}'),
    );
    for (status of [500, 401, 403, 302]) {
      for (const route of ['', '/contents?path=/a', '/download?path=/a']) {
        const answer = await http.get(`${path}${route}`);
        expect([status, route, answer.status, answer.text.includes('secret')]).toEqual([status, route, 502, false]);
      }
    }
  });

  it('that does not answer is given up in time', async () => {
    const path = await filesOn(() => undefined);
    const answers = await Promise.all([
      http.get(path),
      http.get(`${path}/contents?path=/a`),
      http.post(`${path}/create-directory`, { path: '/a' }),
    ]);
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [504, expect.objectContaining({ code: 'nodes.timeout' })]),
    );
  });

  it('that works for long is left to it: whoever asked hears that it is not done', async () => {
    const path = await filesOn(() => undefined);
    const answer = await http.post(`${path}/archive`, { files: ['world'] });
    expect([answer.status, answer.body]).toEqual([200, { success: true, pending: true }]);
  });
});
