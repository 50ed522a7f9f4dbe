import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPanelProcess } from '../support/process.js';
import type { PanelProcess } from '../support/process.js';

/** Weak hashes and no limits: the test writes as fast as it can. */
const env = {
  ARGON2_MEMORY_KIB: '8192',
  ARGON2_ITERATIONS: '1',
  GLOBAL_RATE_LIMIT: '1000000',
  REGISTER_RATE_IP: '1000000',
  AUTH_LOGIN_RATE_IP: '1000000',
};
const PASSWORD = 'Correct-horse-1';
const WRITERS = 4;
const ROUNDS = 3;

let dataDir: string;
let panel: PanelProcess;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'panel-kill-'));
  panel = await startPanelProcess({ ...env, DATA_DIR: dataDir });
}, 120_000);
afterAll(async () => {
  await panel.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${panel.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Registers accounts until the connection breaks; tells of each that was acknowledged. */
async function writer(name: string, acknowledged: string[], enough: () => void): Promise<void> {
  for (let count = 0; ; count++) {
    const email = `${name}-${count}@example.com`;
    const account = { email, password: PASSWORD, firstName: 'Ada', lastName: 'Lovelace' };
    const response = await post('/api/users/register', account).catch(() => undefined);
    if (response === undefined) return;
    expect(response.ok).toBe(true);
    acknowledged.push(email);
    if (acknowledged.length >= 10) enough();
  }
}

it('loses nothing that it acknowledged when it is killed while writing, again and again', async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ofRound: string[] = [];
    let enough = (): void => undefined;
    const written = new Promise<void>((resolve) => (enough = resolve));
    const writers = Array.from({ length: WRITERS }, (_, index) => writer(`r${round}w${index}`, ofRound, enough));
    await Promise.race([written, ...writers]);
    await panel.kill();
    await Promise.all(writers);
    expect(ofRound.length).toBeGreaterThanOrEqual(10);
    acknowledged.push(...ofRound);
    await panel.start();
  }
  const lost: string[] = [];
  for (const email of acknowledged) {
    if ((await post('/api/auth/login', { email, password: PASSWORD })).status !== 200) lost.push(email);
  }
  expect(lost).toEqual([]);
}, 240_000);
