import { parseArgs } from 'node:util';
import { PARTS } from './readings.ts';
import type { Part } from './readings.ts';

export type DatabaseChoice = 'pglite' | 'postgresql';

/** What the command line asks for. */
export interface Options {
  readonly parts: ReadonlySet<Part>;
  readonly database: DatabaseChoice;
  /** Measured seconds a row; each row is warmed one second before. */
  readonly seconds: number;
  readonly connections: number;
  /** Only routes whose title matches; the bare servers are measured with them, for the ratios. */
  readonly rows: RegExp;
  /** How many extra routes the rows about the route index register. */
  readonly extraRoutes: readonly number[];
  /** Redis that two replicas share. */
  readonly redis: string | undefined;
  /** Nodes of the fleet, and how many of them hang in its second half. */
  readonly nodes: number;
  readonly hanging: number;
  /** Measured seconds of each half. */
  readonly fleetSeconds: number;
  /** File for the figures as JSON. */
  readonly json: string | undefined;
  /** Folder of the build to measure. */
  readonly dist: string | undefined;
  /** Folder for CPU profiles of the panel. */
  readonly profile: string | undefined;
}

const USAGE = `npm run bench -- [options]

  --only <part,…>                ${PARTS.join(', ')} (default all)
  --database pglite|postgresql   what the panel runs on, where a part does not say itself (default pglite)
  --redis <url>                  Redis for two replicas (or BENCH_REDIS_URL; without it they are left out)
  --seconds 5                    measured seconds a row
  --connections 32               parallel connections
  --rows <regex>                 routes: only those whose title matches
  --routes 50,500                routes: extra routes of the rows about the route index; 0 leaves those rows out
  --nodes 5000                   fleet: simulated nodes
  --hanging 500                  fleet: how many of them hang in its second half
  --fleet-seconds 30             fleet: measured seconds of each half
  --json <file>                  writes the figures as JSON
  --dist <folder>                measures another build, to compare two
  --profile <folder>             writes CPU profiles of the panel there

PostgreSQL is the server of BENCH_DATABASE_URL, whose user may create databases, else a private cluster from
/usr/lib/postgresql. Everything that a run starts or makes is gone at its end, also after Ctrl-C.`;

const definitions = {
  only: { type: 'string', default: PARTS.join(',') },
  database: { type: 'string', default: 'pglite' },
  seconds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '32' },
  rows: { type: 'string', default: '' },
  routes: { type: 'string', default: '50,500' },
  redis: { type: 'string' },
  nodes: { type: 'string', default: '5000' },
  hanging: { type: 'string', default: '500' },
  'fleet-seconds': { type: 'string', default: '30' },
  json: { type: 'string' },
  dist: { type: 'string' },
  profile: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line; ends the process with the usage when it makes no sense. */
export function readOptions(args: string[]): Options {
  try {
    const { values } = parseArgs({ args, options: definitions });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    if (values.database !== 'pglite' && values.database !== 'postgresql') {
      throw new Error('--database is pglite or postgresql');
    }
    return {
      parts: partsOf(values.only),
      database: values.database,
      seconds: positive('--seconds', values.seconds),
      connections: positive('--connections', values.connections),
      rows: new RegExp(values.rows, 'i'),
      extraRoutes: values.routes
        .split(',')
        .map(Number)
        .filter((count) => count > 0),
      redis: values.redis ?? process.env['BENCH_REDIS_URL'],
      nodes: positive('--nodes', values.nodes),
      hanging: positive('--hanging', values.hanging),
      fleetSeconds: positive('--fleet-seconds', values['fleet-seconds']),
      json: values.json,
      dist: values.dist,
      profile: values.profile,
    };
  } catch (error) {
    console.error([(error as Error).message, USAGE].filter(Boolean).join('\n\n'));
    process.exit(2);
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1`);
  return value;
}

function partsOf(text: string): Set<Part> {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(PARTS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`--only knows no "${unknown}"`);
  return new Set(names as Part[]);
}
