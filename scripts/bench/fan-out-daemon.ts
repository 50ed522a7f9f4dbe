// A simulated daemon of its own process: boots against the panel and prints lines on one running server.
// Started with an IPC channel; the first message says how, the answer says that the server runs.
import { once } from 'node:events';
import { SimulatedWings } from '../../test/support/wings/simulated-wings.ts';

/** What the bench tells this process. */
export interface DaemonOrder {
  readonly panelUrl: string;
  readonly port: number;
  readonly tokenId: string;
  readonly token: string;
  readonly uuid: string;
  readonly serverUuid: string;
  readonly linesPerSecond: number;
}

const FILLER = ' [Server thread/INFO]: Player moved quickly! 12.3,64.0,-7.1 ';

const [order] = (await once(process, 'message')) as [DaemonOrder];
const wings = new SimulatedWings({
  ...order,
  flavour: 'rs',
  consoleLinesPerSecond: order.linesPerSecond,
  // The viewers read the time to learn how long the line was under way.
  consoleLine: (_server, index) => `@${Date.now()}${FILLER}${index}`,
});
await wings.boot();
wings.setState(order.serverUuid, 'running');
process.send?.({ running: true });
