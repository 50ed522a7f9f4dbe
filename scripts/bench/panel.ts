import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Child } from './child.ts';
import { atTheEnd } from './cleanup.ts';
import { PASSWORD, emailOf } from './data-set.ts';
import { freePort } from './net.ts';
import type { Options } from './options.ts';
import type { Product } from './product.ts';

const UNLIMITED = '100000000';
/** As `npm start` and the image start it. */
const START_OPTIONS = ['--max-semi-space-size=8'];

/** Environment variables of the measured panel. */
export type Environment = Record<string, string>;

/** Settings of the measured panel: production, with the limits that would stop a load test out of the way. */
export async function panelEnvironment(databaseUrl?: string): Promise<Environment> {
  return {
    NODE_ENV: 'production',
    ...(await place()),
    JWT_SECRET: randomBytes(48).toString('base64url'),
    SEALING_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    LOG_LEVEL: 'warn',
    GLOBAL_RATE_LIMIT: UNLIMITED,
    NODE_RATE_LIMIT: UNLIMITED,
    AUTH_LOGIN_RATE_IP: UNLIMITED,
    AUTH_LOGIN_RATE_ACCOUNT: UNLIMITED,
    NODE_PROBE_INTERVAL_SECONDS: '3600',
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  };
}

/** Settings of another replica of the same panel. */
export async function replicaEnvironment(env: Environment): Promise<Environment> {
  return { ...env, ...(await place()) };
}

/** Address and folder, which each process has for itself. */
async function place(): Promise<Environment> {
  const dataDir = mkdtempSync(join(tmpdir(), 'panel-bench-'));
  atTheEnd(() => rmSync(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  return { HOST: '127.0.0.1', PORT: String(port), PANEL_URL: `http://127.0.0.1:${port}`, DATA_DIR: dataDir };
}

/** The production build, running in a process of its own. */
export class Panel {
  readonly url: string;
  readonly child: Child;

  private constructor(url: string, child: Child) {
    this.url = url;
    this.child = child;
  }

  /** Starts `dist/main.js`, or, with extra routes, the same application with these. */
  static async start(product: Product, env: Environment, options: Options, extraRoutes = 0): Promise<Panel> {
    const url = env['PANEL_URL'] ?? '';
    const manyRoutes = join(import.meta.dirname, 'many-routes.mjs');
    const command =
      extraRoutes > 0
        ? { file: manyRoutes, args: [product.folder, String(extraRoutes)] }
        : { file: join(product.folder, 'main.js') };
    const child = Child.start({ ...command, env, nodeOptions: nodeOptions(options) });
    await child.ready(`${url}/health/ready`);
    return new Panel(url, child);
  }

  /** Signs a user of the data set in; gives the session's JWT. */
  async signIn(n: number): Promise<string> {
    const body = JSON.stringify({ email: emailOf(n), password: PASSWORD });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}/api/auth/login`, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`login: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { token: string }).token;
  }

  getJson<Body>(path: string, token: string): Promise<Body> {
    return this.call<Body>('GET', path, token);
  }

  /** @throws Error unless the answer is good. */
  async call<Body>(method: string, path: string, token: string, body?: object): Promise<Body> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Body;
  }

  /** The status that a caller gets for a GET at this moment. */
  async status(path: string, token: string): Promise<number> {
    const answer = await fetch(this.url + path, { headers: { authorization: `Bearer ${token}` } });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** SQL statements that the panel has sent since it started. */
  async statements(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const value = /^panel_sql_statements_total(?:\{.*\})? (\d+)/m.exec(text)?.[1];
    if (value === undefined) throw new Error('/metrics has no panel_sql_statements_total');
    return Number(value);
  }
}

function nodeOptions({ profile }: Options): string[] {
  if (profile === undefined) return [...START_OPTIONS];
  mkdirSync(profile, { recursive: true });
  return [...START_OPTIONS, '--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`];
}
