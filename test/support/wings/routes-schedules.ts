import type { Daemon } from './context.ts';
import { isPowerAction } from './console-socket.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { HttpError, serverOf } from './http-kit.ts';
import type { SimulatedServer } from './server.ts';
import type { ScheduleObject } from './types.ts';
import { messageOf } from './types.ts';

interface Run {
  step: string | null;
  errors: Record<string, string>;
  aborted: boolean;
}

/** The last run of each schedule, running while it has a step. */
const runs = new WeakMap<SimulatedServer, Map<string, Run>>();

function runsOf(server: SimulatedServer): Map<string, Run> {
  const known = runs.get(server) ?? new Map<string, Run>();
  runs.set(server, known);
  return known;
}

function scheduleOf(server: SimulatedServer, request: HttpRequest): ScheduleObject {
  const found = server.settings.schedules?.find((schedule) => schedule.uuid === request.params.id);
  if (found === undefined) throw new HttpError(404, 'schedule not found');
  return found;
}

/** Runs the steps: power, commands and pauses for real, all others as a success that does nothing. */
async function perform(daemon: Daemon, server: SimulatedServer, schedule: ScheduleObject, run: Run): Promise<void> {
  server.broadcast('schedule started', [schedule.uuid]);
  for (const action of schedule.actions) {
    if (run.aborted) break;
    run.step = action.uuid;
    server.broadcast('schedule step status', [schedule.uuid, action.uuid]);
    try {
      if (action.type === 'send_command') server.command(String(action.command));
      if (action.type === 'send_power' && isPowerAction(action.action)) await server.power(action.action);
      if (action.type === 'sleep') await daemon.clock.sleep(Number(action.duration));
    } catch (error) {
      run.errors[action.uuid] = messageOf(error);
      server.broadcast('schedule step error', [schedule.uuid, action.uuid, messageOf(error)]);
      if (action.ignore_failure !== true) break;
    }
  }
  run.step = null;
  server.broadcast('schedule completed', [schedule.uuid]);
  await daemon.panel.call('POST', '/schedule', { body: { data: [resultOf(daemon, schedule, run)] }, retry: false });
}

function resultOf(daemon: Daemon, schedule: ScheduleObject, run: Run): Record<string, unknown> {
  const successful = Object.keys(run.errors).length === 0;
  return { uuid: schedule.uuid, successful, errors: run.errors, timestamp: new Date(daemon.clock.now()).toISOString() };
}

function status(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  const run = runsOf(server).get(scheduleOf(server, request).uuid);
  const step = run?.step ?? null;
  return { status: 202, body: { status: { running: step !== null, errors: run?.errors ?? {}, step } } };
}

function trigger(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  const schedule = scheduleOf(server, request);
  const run: Run = { step: schedule.actions[0]?.uuid ?? null, errors: {}, aborted: false };
  runsOf(server).set(schedule.uuid, run);
  daemon.clock.background(`schedule ${schedule.uuid}`, perform(daemon, server, schedule, run));
  return { status: 200, body: {} };
}

function abort(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  const run = runsOf(server).get(scheduleOf(server, request).uuid);
  if (run !== undefined) run.aborted = true;
  return { status: 200, body: {} };
}

/** B.6 of the protocol. */
export const scheduleRoutes: Route[] = [
  { method: 'GET', pattern: '/api/servers/:s/schedules/:id', only: 'rs', handle: status },
  { method: 'POST', pattern: '/api/servers/:s/schedules/:id/trigger', only: 'rs', handle: trigger },
  { method: 'POST', pattern: '/api/servers/:s/schedules/:id/abort', only: 'rs', handle: abort },
];
