import { parseArgs } from 'node:util';

export type DatabaseChoice = 'pglite' | 'postgresql';

/** What the command line asks for. */
export interface Options {
  readonly database: DatabaseChoice;
  /** Measured seconds a row; each row is warmed one second before. */
  readonly seconds: number;
  readonly connections: number;
  /** Only rows whose title matches; the bare servers are always measured, for the ratios. */
  readonly rows: RegExp;
  /** How many extra routes the rows about the route index register. */
  readonly extraRoutes: readonly number[];
  /** File for the figures as JSON. */
  readonly json: string | undefined;
  /** Folder of the build to measure. */
  readonly dist: string | undefined;
  /** Folder for CPU profiles of the panel. */
  readonly profile: string | undefined;
}

const USAGE = `npm run bench -- [options]

  --database pglite|postgresql   postgresql: BENCH_DATABASE_URL (an empty database), else a private cluster
                                 from /usr/lib/postgresql (default pglite)
  --seconds 5                    measured seconds a row
  --connections 32               parallel connections
  --rows <regex>                 only rows whose title matches
  --routes 50,500                extra routes of the rows about the route index; 0 leaves those rows out
  --json <file>                  writes the figures as JSON
  --dist <folder>                measures another build, to compare two
  --profile <folder>             writes CPU profiles of the panel there`;

const definitions = {
  database: { type: 'string', default: 'pglite' },
  seconds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '32' },
  rows: { type: 'string', default: '' },
  routes: { type: 'string', default: '50,500' },
  json: { type: 'string' },
  dist: { type: 'string' },
  profile: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line; ends the process with the usage when it makes no sense. */
export function readOptions(args: string[]): Options {
  try {
    const { values } = parseArgs({ args, options: definitions });
    if (values.help) throw new Error('');
    if (values.database !== 'pglite' && values.database !== 'postgresql') {
      throw new Error('--database is pglite or postgresql');
    }
    return {
      database: values.database,
      seconds: positive('--seconds', values.seconds),
      connections: positive('--connections', values.connections),
      rows: new RegExp(values.rows, 'i'),
      extraRoutes: values.routes
        .split(',')
        .map(Number)
        .filter((count) => count > 0),
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
