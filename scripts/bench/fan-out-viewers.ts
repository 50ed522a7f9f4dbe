// Many browsers in one process: connects console sockets and measures what arrives.
// Started with an IPC channel; the first message has the addresses, `measure` starts the measured time.
import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { WebSocket } from 'ws';

/** What the bench tells this process. */
export interface ViewersOrder {
  /** A console address with its ticket for each viewer. */
  readonly sockets: readonly string[];
  readonly origin: string;
}

export interface ViewersReport {
  readonly lines: number;
  readonly seconds: number;
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  /** Viewers that were closed or refused meanwhile. */
  readonly lost: number;
}

const MARK = Buffer.from('"@');
const DIGITS = 13;

const lag = createHistogram();
let lines = 0;
let lost = 0;
let measuring = false;

function receive(frame: Buffer): void {
  if (!measuring) return;
  const mark = frame.indexOf(MARK);
  if (mark === -1) return;
  lines += 1;
  const printed = Number(frame.toString('latin1', mark + MARK.length, mark + MARK.length + DIGITS));
  lag.record(Math.max(1, Date.now() - printed));
}

async function connect(address: string, origin: string): Promise<void> {
  const socket = new WebSocket(address, { perMessageDeflate: false, origin });
  socket.on('message', (data) => receive(data as Buffer));
  socket.on('error', () => undefined);
  socket.on('close', () => (lost += 1));
  await once(socket, 'open');
  socket.send(JSON.stringify({ event: 'auth', args: ['ticket in the address'] }));
}

const [order] = (await once(process, 'message')) as [ViewersOrder];
for (const address of order.sockets) await connect(address, order.origin);
process.send?.({ connected: true });

const [{ seconds }] = (await once(process, 'message')) as [{ seconds: number }];
measuring = true;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
measuring = false;
const report: ViewersReport = {
  lines,
  seconds: (performance.now() - start) / 1000,
  lagP50Ms: lag.percentile(50),
  lagP99Ms: lag.percentile(99),
  lost,
};
process.send?.(report);
