import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAdmin, createNode, openSession } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

let panel: TestPanel;
let admin: HttpClient;
/** Stands for the SFTP port of a node: says hello, then everything back. */
let daemon: Server;
let arrived: Socket[];
const sockets: Socket[] = [];

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listening(greeting: string): Promise<Server> {
  const server = createServer((socket) => {
    arrived.push(socket);
    socket.on('error', () => undefined);
    socket.write(greeting);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** A connection and what it has received. */
function open(port: number): { socket: Socket; text: () => string; isClosed: () => boolean } {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  let closed = false;
  socket.setEncoding('utf8');
  socket.on('data', (part: string) => (text += part));
  socket.on('error', () => undefined);
  socket.on('close', () => (closed = true));
  return { socket, text: () => text, isClosed: () => closed };
}

const refuses = async (port: number): Promise<boolean> => {
  const { isClosed, text } = open(port);
  await until('the port answers', () => isClosed() || text() !== '');
  return text() === '';
};

const proxied = async (values: object = {}) => {
  const port = await freePort();
  const node = await createNode(panel, { url: 'http://127.0.0.1:9', sftpPort: portOf(daemon) });
  const { status } = await admin.put(`/api/nodes/${node.id}`, { sftpProxyPort: port, ...values });
  expect(status).toBe(200);
  return { port, node };
};

beforeAll(async () => {
  panel = await startPanel();
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
});
beforeEach(async () => {
  arrived = [];
  daemon = await listening('SSH-2.0-first\r\n');
});
afterEach(async () => {
  for (const socket of [...sockets.splice(0), ...arrived]) socket.destroy();
  daemon.close();
  await panel.prisma.node.updateMany({ data: { sftpProxyPort: null } });
});
afterAll(() => panel.close());

describe('the SFTP proxy of a node', () => {
  it('leads to its SFTP port, in both directions, to the last byte', async () => {
    const { port } = await proxied();
    await until('it listens', async () => !(await refuses(port)));
    const { socket, text, isClosed } = open(port);
    const sent = 'x'.repeat(500_000);
    socket.write(sent);
    await until('everything came back', () => text().length === 'SSH-2.0-first\r\n'.length + sent.length);
    socket.end();
    await until('both sides are closed', () => isClosed() && (arrived.at(-1)?.destroyed ?? false));
  });

  it('follows the node: to another port of the node, to another port of the panel, and away', async () => {
    const { port, node } = await proxied();
    await until('it listens', async () => !(await refuses(port)));
    const second = await listening('SSH-2.0-second\r\n');
    await admin.put(`/api/nodes/${node.id}`, { sftpPort: portOf(second) });
    await until('it leads to the new port', async () => {
      const { text, isClosed } = open(port);
      await until('it answers', () => text() !== '' || isClosed());
      return text().includes('second');
    });
    const elsewhere = await freePort();
    await admin.put(`/api/nodes/${node.id}`, { sftpProxyPort: elsewhere });
    await until('it moved', async () => (await refuses(port)) && !(await refuses(elsewhere)));
    const kept = open(elsewhere);
    await until('somebody is connected', () => kept.text() !== '');
    expect((await admin.delete(`/api/nodes/${node.id}`)).status).toBe(200);
    await until('the connection is cut', () => kept.isClosed());
    expect(await refuses(elsewhere)).toBe(true);
    second.close();
  });

  it('holds at most 20 connections of one address, and takes more when some have ended', async () => {
    const { port } = await proxied();
    await until('it listens', async () => !(await refuses(port)));
    await until('nobody is connected', () => arrived.every(({ destroyed }) => destroyed) || closeAll());
    const held = Array.from({ length: 20 }, () => open(port));
    await until('all are connected', () => held.every(({ text }) => text() !== ''));
    const surplus = open(port);
    await until('one too many is closed', () => surplus.isClosed());
    expect(surplus.text()).toBe('');
    for (const { socket } of held.slice(0, 5)) socket.destroy();
    await until('there is room again', async () => !(await refuses(port)));
  });

  it('closes at once when the node is away, and stays', async () => {
    const { port, node } = await proxied();
    await until('it listens', async () => !(await refuses(port)));
    const [first] = arrived;
    daemon.close();
    for (const socket of arrived) socket.destroy();
    expect(first?.destroyed).toBe(true);
    expect(await refuses(port)).toBe(true);
    daemon = await listening('SSH-2.0-back\r\n');
    await admin.put(`/api/nodes/${node.id}`, { sftpPort: portOf(daemon) });
    await until('it leads there again', async () => !(await refuses(port)));
  });

  it('goes to the older of two nodes, and to the other when that one gives it up', async () => {
    const { port, node } = await proxied();
    const second = await listening('SSH-2.0-second\r\n');
    const younger = await createNode(panel, { url: 'http://127.0.0.1:9', sftpPort: portOf(second) });
    await admin.put(`/api/nodes/${younger.id}`, { sftpProxyPort: port });
    const greetingOf = async (): Promise<string> => {
      const { text, isClosed } = open(port);
      await until('it answers', () => text() !== '' || isClosed());
      return text();
    };
    await until('it listens', async () => (await greetingOf()) !== '');
    expect(await greetingOf()).toContain('first');
    await admin.put(`/api/nodes/${node.id}`, { sftpProxyPort: null });
    await until('the other has it', async () => (await greetingOf()).includes('second'));
    second.close();
  });
});

function closeAll(): boolean {
  for (const socket of sockets) socket.destroy();
  return false;
}

describe('a panel that stops', () => {
  it('takes no more connections, lets those that are open end, and cuts what does not', async () => {
    const stopping = await startPanel();
    const port = await freePort();
    await createNode(stopping, { url: 'http://127.0.0.1:9', sftpPort: portOf(daemon), sftpProxyPort: port });
    const client = stopping.as(await openSession(stopping, await createAdmin(stopping)));
    const other = await createNode(stopping);
    await client.put(`/api/nodes/${other.id}`, { deploymentNotice: 'changed' });
    await until('it listens', async () => !(await refuses(port)));
    const busy = open(port);
    await until('somebody is connected', () => busy.text() !== '');
    const closed = stopping.close();
    await until('nobody else is let in', () => refuses(port));
    busy.socket.write('the rest');
    await until('the rest came through', () => busy.text().endsWith('the rest'));
    await closed;
    await until('it was cut in the end', () => busy.isClosed());
  }, 60_000);
});
