import { PASSWORD, SIZES, emailOf, OWNER_OF_200, OWNER_OF_25 } from './data-set.ts';
import type { BenchNode, DataSet } from './data-set.ts';
import type { Load } from './load.ts';
import type { Target } from './meter.ts';
import type { Panel } from './panel.ts';

const EVENTS_PER_BATCH = 50;
const ACTIVITY_SPREAD_MS = 60_000;

export interface Row {
  readonly title: string;
  readonly target: Target;
  /** Left out where requests are so slow that the ones given up at its end would burden the measured time. */
  readonly isWarmed?: boolean;
  readonly load: (panel: Panel) => Promise<Load> | Load;
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const open = (title: string, path: string, target: Target): Row => ({
  title,
  target,
  load: (panel) => ({ url: panel.url + path }),
});

const signedIn = (title: string, path: string, user: number, target: Target): Row => ({
  title,
  target,
  load: async (panel) => ({ url: panel.url + path, headers: bearer(await panel.signIn(user)) }),
});

export const features = open('GET /api/public/features', '/api/public/features', { ratio: 1 / 2, sql: 0 });
export const session = signedIn('GET /api/auth/session', '/api/auth/session', OWNER_OF_25, { ratio: 1 / 4, sql: 0 });

/** The hot routes. */
export function hotRows(data: DataSet): Row[] {
  const node = bearer(`${data.busyNode.tokenId}.${data.busyNode.token}`);
  return [
    open('GET /health/live', '/health/live', {}),
    features,
    session,
    signedIn('GET /api/users/me', '/api/users/me', OWNER_OF_25, {}),
    signedIn('GET /api/servers (25)', '/api/servers', OWNER_OF_25, { ratio: 1 / 12, sql: 1 }),
    signedIn('GET /api/servers (200)', '/api/servers', OWNER_OF_200, { ratio: 1 / 50, sql: 1 }),
    signedIn('GET /api/servers/:id', `/api/servers/${data.ownedServer}`, OWNER_OF_25, {}),
    {
      title: 'GET /api/remote/servers (50)',
      target: { ratio: 1 / 20 },
      load: (panel) => ({ url: `${panel.url}/api/remote/servers?page=1&per_page=50`, headers: node }),
    },
    {
      title: 'POST /api/remote/activity (50)',
      target: { ratio: 1 / 30 },
      load: (panel) => ({
        url: `${panel.url}/api/remote/activity`,
        method: 'POST',
        headers: node,
        nextBody: activityBatches(data.busyNode, data.userUuid),
      }),
    },
    {
      title: 'POST /api/auth/login',
      target: {},
      isWarmed: false,
      load: (panel) => ({ url: `${panel.url}/api/auth/login`, method: 'POST', nextBody: logins() }),
    },
  ];
}

/** Every batch reports other events: a daemon that repeats one is told nothing new. */
function activityBatches(node: BenchNode, userUuid: string): () => string {
  let count = 0;
  const start = Date.now() - ACTIVITY_SPREAD_MS;
  const event = (position: number): object => ({
    user: userUuid,
    server: node.serverUuids[(count + position) % node.serverUuids.length],
    event: 'server:console.command',
    metadata: { command: `say ${count}-${position}` },
    ip: '198.51.100.7',
    timestamp: new Date(start + ((count * EVENTS_PER_BATCH + position) % ACTIVITY_SPREAD_MS)).toISOString(),
  });
  return () => {
    count += 1;
    return JSON.stringify({ data: Array.from({ length: EVENTS_PER_BATCH }, (_, position) => event(position)) });
  };
}

/** The accounts in turn, so that no single one collects all the sessions. */
function logins(): () => string {
  let count = 0;
  return () => JSON.stringify({ email: emailOf(1 + (count++ % SIZES.users)), password: PASSWORD });
}
