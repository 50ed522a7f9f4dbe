import { join } from 'node:path';
import { Child } from './child.ts';
import { VIEWERS } from './data-set.ts';
import type { DataSet } from './data-set.ts';
import type { DaemonOrder } from './fan-out-daemon.ts';
import type { ViewersOrder, ViewersReport } from './fan-out-viewers.ts';
import { perAnswer } from './meter.ts';
import { sleep } from './net.ts';
import type { Panel } from './panel.ts';

export const VIEWER_COUNT = 500;
export const LINES_PER_SECOND = 100;
const SETTLE_MS = 2_000;
const MEASURED_SECONDS = 5;

/** What 500 browsers on one console cost. */
export interface FanOutFigures extends ViewersReport {
  readonly residentMegabytes: number | undefined;
  readonly kilobytesPerViewer: number | undefined;
  /** Processor time of the panel per line delivered. */
  readonly processorMicroseconds: number | undefined;
}

/** One daemon that prints lines, and viewers spread over the subusers of its server. */
export async function measureFanOut(panel: Panel, data: DataSet, daemonPort: number): Promise<FanOutFigures> {
  const daemon = await startDaemon(panel, data, daemonPort);
  const sockets = await tickets(panel, data);
  const before = panel.child.residentMegabytes();
  const viewers = Child.start({ file: join(import.meta.dirname, 'fan-out-viewers.ts') });
  viewers.send({ sockets, origin: panel.url } satisfies ViewersOrder);
  await viewers.message();
  await sleep(SETTLE_MS);
  const processorBefore = panel.child.processorSeconds();
  viewers.send({ seconds: MEASURED_SECONDS });
  const report = await viewers.message<ViewersReport>();
  const processorAfter = panel.child.processorSeconds();
  const residentMegabytes = panel.child.residentMegabytes();
  await Promise.all([viewers.stop(), daemon.stop()]);
  const growth = residentMegabytes === undefined || before === undefined ? undefined : residentMegabytes - before;
  return {
    ...report,
    residentMegabytes,
    processorMicroseconds: perAnswer(processorBefore, processorAfter, report.lines),
    kilobytesPerViewer: growth === undefined ? undefined : (growth * 1024) / VIEWER_COUNT,
  };
}

async function startDaemon(panel: Panel, { consoleNode }: DataSet, port: number): Promise<Child> {
  const { uuid, tokenId, token, serverUuids } = consoleNode;
  const daemon = Child.start({ file: join(import.meta.dirname, 'fan-out-daemon.ts') });
  daemon.send({
    panelUrl: panel.url,
    port,
    tokenId,
    token,
    uuid,
    serverUuid: serverUuids[0] ?? '',
    linesPerSecond: LINES_PER_SECOND,
  } satisfies DaemonOrder);
  await daemon.message();
  return daemon;
}

/** A user may hold few sockets, so the viewers are spread over many users. */
async function tickets(panel: Panel, { consoleNode }: DataSet): Promise<string[]> {
  const path = `/api/servers/${consoleNode.serverUuids[0]}/websocket`;
  const perUser = VIEWER_COUNT / VIEWERS.length;
  const addresses: string[] = [];
  for (const user of VIEWERS) {
    const token = await panel.signIn(user);
    for (let n = 0; n < perUser; n++) {
      const { data } = await panel.getJson<{ data: { socket: string } }>(path, token);
      addresses.push(data.socket);
    }
  }
  return addresses;
}
