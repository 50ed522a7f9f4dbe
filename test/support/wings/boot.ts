import type { Daemon } from './context.ts';
import { runInstallation } from './installer.ts';
import { PanelError } from './panel-client.ts';
import type { ServerObject } from './types.ts';
import { isObject, messageOf } from './types.ts';
import type { ServerPage } from './validate-server.ts';
import { parsePage, parseServer } from './validate-server.ts';

/** What the panel handed out during a boot. */
export interface BootReport {
  pages: number;
  /** In the order received; a uuid handed out twice is here twice. */
  serverUuids: string[];
}

const PER_PAGE = 50;
const MOST_PAGES = 1000;
const AUTO_START_DELAY_MS = 5000;

/** Everything a daemon does with the panel before it listens. Rejects when the real daemon would exit. */
export function bootAgainstPanel(daemon: Daemon): Promise<BootReport> {
  return daemon.options.flavour === 'go' ? bootGo(daemon) : bootRs(daemon);
}

async function bootGo(daemon: Daemon): Promise<BootReport> {
  const first = await fetchPage(daemon, 0);
  const { current_page: current, last_page: last } = first.meta;
  const numbers = Array.from({ length: Math.max(0, last - current) }, (_, index) => current + 1 + index);
  const rest = await Promise.all(numbers.map((page) => fetchPage(daemon, page)));
  const report = adoptPages(daemon, [first, ...rest]);
  for (const server of daemon.servers.values()) {
    if (server.disk.wasRunning) daemon.clock.background(`start ${server.uuid}`, server.start());
  }
  daemon.clock.background('reset', daemon.panel.call('POST', '/servers/reset'));
  return report;
}

async function bootRs(daemon: Daemon): Promise<BootReport> {
  await daemon.panel.call('POST', '/servers/reset').catch(refuseToBoot);
  const pages: ServerPage[] = [];
  do {
    if (pages.length === MOST_PAGES) throw new Error(`wings never reached the last page after ${MOST_PAGES} pages`);
    pages.push(await fetchPage(daemon, pages.length + 1));
  } while (!isLast(pages.at(-1)));
  const report = adoptPages(daemon, pages);
  for (const server of daemon.servers.values()) {
    const pending = server.disk.installing;
    if (pending === null) continue;
    daemon.clock.background(`install ${server.uuid}`, runInstallation(daemon, server, pending));
  }
  daemon.clock.background('auto start', autoStart(daemon));
  return report;
}

function isLast(page: ServerPage | undefined): boolean {
  return page === undefined || page.meta.current_page >= page.meta.last_page;
}

async function fetchPage(daemon: Daemon, page: number): Promise<ServerPage> {
  const answer = await daemon.panel
    .call('GET', `/servers?page=${page}&per_page=${PER_PAGE}`)
    .catch((error: unknown) => refuseToBoot(error));
  return parsePage(answer.body, daemon.options.flavour);
}

function adoptPages(daemon: Daemon, pages: ServerPage[]): BootReport {
  const objects = pages.flatMap((page) => page.data).map((value, index) => readObject(daemon, value, index));
  const serverUuids = objects.map((object) => daemon.adopt(object).uuid);
  return { pages: pages.length, serverUuids };
}

/** One object that cannot be read keeps the whole daemon from booting. */
function readObject(daemon: Daemon, value: unknown, index: number): ServerObject {
  try {
    return parseServer(value, daemon.options.flavour);
  } catch (error) {
    const settings = isObject(value) && isObject(value.settings) ? value.settings : {};
    throw new Error(`wings refuses to boot: server #${index} (${String(settings.uuid)}): ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function autoStart(daemon: Daemon): Promise<void> {
  const previouslyRunning = new Map([...daemon.servers].map(([uuid, server]) => [uuid, server.disk.wasRunning]));
  await daemon.clock.sleep(AUTO_START_DELAY_MS);
  for (const server of daemon.servers.values()) {
    const behaviour = server.settings.auto_start_behavior ?? 'unless_stopped';
    const wanted = behaviour === 'always' || (behaviour === 'unless_stopped' && previouslyRunning.get(server.uuid));
    if (wanted === true) daemon.clock.background(`start ${server.uuid}`, server.start());
  }
}

function refuseToBoot(error: unknown): never {
  const reason = error instanceof PanelError ? `${error.message} (after ${error.attempts} attempts)` : messageOf(error);
  throw new Error(`wings refuses to boot: ${reason}`);
}
