// The daemons of a whole fleet in one process: node n answers below `/n`, and calls the panel once a minute.
// Started with an IPC channel; the first message says how, then `{ hang }` or `{ count }` are done and answered.
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeToken } from './data-set.ts';

/** What the bench tells this process. */
export interface FleetOrder {
  readonly panelUrl: string;
  readonly port: number;
  readonly nodes: readonly (NodeToken & { readonly serverUuid: string; readonly userUuid: string })[];
}

/** What is wanted next: the first so many nodes hang, or what happened since the last answer. */
export type FleetWish = { readonly hang: number } | { readonly count: true };

export interface FleetReport {
  readonly probes: number;
  readonly polls: number;
  readonly calls: number;
  readonly failedCalls: number;
}

const CALL_EVERY_MS = 60_000;
const TICK_MS = 100;
const SYSTEM = JSON.stringify({ version: '1.1.0', architecture: 'x86_64', cpu_count: 16, os: 'linux' });
const USAGE = {
  memory_bytes: 2_184_183_808,
  memory_limit_bytes: 4_294_967_296,
  disk_bytes: 3_221_225_472,
  network: { rx_bytes: 123_456_789, tx_bytes: 987_654_321 },
  cpu_absolute: 37.4,
  uptime: 86_400_000,
};

const [order] = (await once(process, 'message')) as [FleetOrder];
const { nodes, panelUrl } = order;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let [probes, polls, calls, failedCalls] = [0, 0, 0, 0];
let hanging = 0;

function answer(incoming: IncomingMessage, response: ServerResponse): void {
  const [, n = '', path = ''] = /^\/(\d+)\/api(\/.*)$/.exec(incoming.url ?? '') ?? [];
  if (Number(n) <= hanging) return;
  response.setHeader('content-type', 'application/json');
  if (path === '/servers') {
    polls += 1;
    const configuration = { uuid: nodes[Number(n) - 1]?.serverUuid };
    response.end(JSON.stringify([{ configuration, state: 'running', is_suspended: false, utilization: USAGE }]));
  } else {
    probes += 1;
    response.end(SYSTEM);
  }
}

/** One event of the node's server, as daemons report them by the minute. */
function callHome(n: number): void {
  const node = nodes[n];
  if (node === undefined || n < hanging) return;
  const event = {
    user: node.userUuid,
    server: node.serverUuid,
    event: 'server:console.command',
    metadata: { command: 'list' },
    ip: '198.51.100.7',
    timestamp: new Date().toISOString(),
  };
  const headers = {
    authorization: `Bearer ${node.tokenId}.${node.token}`,
    'content-type': 'application/json',
    'user-agent': 'calagopus wings/v1.1.0 (id:bench)',
  };
  const outgoing = request(`${panelUrl}/api/remote/activity`, { method: 'POST', agent, headers }, (response) => {
    if (response.statusCode === 204) calls += 1;
    else failedCalls += 1;
    response.resume();
  });
  outgoing.on('error', () => (failedCalls += 1));
  outgoing.end(JSON.stringify({ data: [event] }));
}

/** The nodes in turn, so that all of them have called when a minute is over. */
function startCalling(): void {
  const start = performance.now();
  let next = 0;
  setInterval(() => {
    const due = ((performance.now() - start) / CALL_EVERY_MS) * nodes.length;
    for (; next < due; next++) callHome(next % nodes.length);
  }, TICK_MS);
}

const server = createServer(answer);
server.listen(order.port, '127.0.0.1');
await once(server, 'listening');
startCalling();
process.on('message', (wish: FleetWish) => {
  if ('hang' in wish) hanging = wish.hang;
  process.send?.({ probes, polls, calls, failedCalls } satisfies FleetReport);
  [probes, polls, calls, failedCalls] = [0, 0, 0, 0];
});
process.send?.({ listening: true });
