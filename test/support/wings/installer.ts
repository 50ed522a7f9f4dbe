import type { Daemon } from './context.ts';
import type { SimulatedServer } from './server.ts';
import type { JsonObject } from './types.ts';
import { isObject } from './types.ts';

export interface Installation {
  reinstall: boolean;
  startOnCompletion?: boolean;
  /** A script handed over with the request, instead of the one the panel has. */
  script?: JsonObject | undefined;
}

/** Installations asked to end early. */
const aborted = new WeakSet<SimulatedServer>();

/** Ends a running installation; it is then reported as the flavour would. */
export function abortInstallation(server: SimulatedServer): void {
  aborted.add(server);
}

/** Runs the installation script of a server and reports the outcome to the panel. */
export async function runInstallation(
  daemon: Daemon,
  server: SimulatedServer,
  { reinstall, startOnCompletion = false, script }: Installation,
): Promise<void> {
  server.lock = 'installing';
  server.disk.installing = { reinstall };
  aborted.delete(server);
  const successful = await perform(daemon, server, script);
  if (daemon.clock.stopped) return;
  server.disk.installing = null;
  server.lock = null;
  try {
    await daemon.panel.call('POST', `/servers/${server.uuid}/install`, { body: { successful, reinstall } });
  } finally {
    server.broadcast('install completed', [daemon.options.flavour === 'rs' ? String(successful) : '']);
  }
  if (successful && startOnCompletion) await server.start();
}

async function perform(daemon: Daemon, server: SimulatedServer, given: JsonObject | undefined): Promise<boolean> {
  if (server.settings.skip_egg_scripts === true) return true;
  const script = given ?? (await fetchScript(daemon, server));
  if (script === null) return false;
  if (daemon.options.flavour === 'rs' && !script.script) return true;
  server.installLog.length = 0;
  server.broadcast('install started');
  return runScript(daemon, server, script);
}

async function fetchScript(daemon: Daemon, server: SimulatedServer): Promise<JsonObject | null> {
  try {
    const { body } = await daemon.panel.call('GET', `/servers/${server.uuid}/install`);
    return isObject(body) && isScript(body, daemon) ? body : null;
  } catch {
    return null;
  }
}

function isScript(body: JsonObject, daemon: Daemon): boolean {
  if (daemon.options.flavour === 'go') return true;
  return typeof body.container_image === 'string' && typeof body.entrypoint === 'string' && 'script' in body;
}

async function runScript(daemon: Daemon, server: SimulatedServer, script: JsonObject): Promise<boolean> {
  const { clock, options } = daemon;
  const steps = [`Pulling ${String(script.container_image)}`, 'Running the installation script', 'Finishing up'];
  for (const step of steps) {
    print(server, step);
    await clock.sleep(options.installDelayMs / steps.length);
    // Both an abort and a failing script count as success on `rs`; only setup errors do not.
    if (aborted.has(server)) return true;
  }
  if (options.installSucceeds) server.files.write('/installed.txt', `installed by ${options.uuid}\n`);
  else print(server, 'The installation container could not be started');
  return options.installSucceeds;
}

function print(server: SimulatedServer, line: string): void {
  server.installLog.push(line);
  server.broadcast('install output', [line]);
}
