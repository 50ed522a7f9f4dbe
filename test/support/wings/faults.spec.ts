import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakePanel } from './fake-panel.ts';
import { callApi, TestBench } from './test-bench.ts';
import type { SimulatedWings } from './simulated-wings.ts';

let bench: TestBench;
let wings: SimulatedWings;
let uuid: string;
beforeEach(async () => {
  bench = await TestBench.open();
  ({ wings, uuid } = await bench.booted('rs'));
});
afterEach(() => bench.close());

const system = (): Promise<{ status: number; text: string }> => callApi(wings, 'GET', '/api/system');

async function hangs(path: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${wings.options.token}` };
  const signal = AbortSignal.timeout(100);
  return fetch(wings.url + path, { headers, signal }).then(
    () => false,
    () => true,
  );
}

describe('a faulty daemon', () => {
  it('refuses connections, new and kept ones', async () => {
    await system();
    wings.faults.refuseConnections = true;
    await expect(system()).rejects.toThrow();
    await expect(system()).rejects.toThrow();
    wings.faults.clear();
    expect((await system()).status).toBe(200);
  });

  it('accepts and never answers', async () => {
    wings.faults.hang = '/api/system';
    expect(await hangs('/api/system')).toBe(true);
    expect(await hangs('/api/servers')).toBe(false);
  });

  it('answers 500 without doing the work', async () => {
    wings.faults.status500 = true;
    const answer = await callApi(wings, 'POST', `/api/servers/${uuid}/power`, { action: 'start' });
    expect(answer.status).toBe(500);
    expect(wings.server(uuid).state).toBe('offline');
  });

  it('does the work and drops the answer', async () => {
    wings.faults.dropResponseAfterWork = true;
    await expect(callApi(wings, 'POST', `/api/servers/${uuid}/power`, { action: 'start' })).rejects.toThrow();
    expect(wings.server(uuid).state).not.toBe('offline');
  });

  it('answers garbage', async () => {
    wings.faults.garbage = true;
    const answer = await system();
    expect(answer.status).toBe(200);
    expect(() => JSON.parse(answer.text) as unknown).toThrow();
  });

  it('answers with far too much', async () => {
    wings.faults.hugeBody = '/api/system';
    expect((await system()).text.length).toBeGreaterThanOrEqual(10_000_000);
  });

  it('redirects', async () => {
    wings.faults.redirectTo = { url: 'http://127.0.0.1:1/elsewhere', prefix: '/api/system' };
    expect((await system()).status).toBe(302);
    expect((await callApi(wings, 'GET', '/api/servers')).status).toBe(200);
  });

  it('answers one byte at a time', async () => {
    wings.faults.slowBody = true;
    wings.options.clockScale = 0.002;
    const started = Date.now();
    const answer = await system();
    expect(Date.now() - started).toBeGreaterThan(answer.text.length);
    expect(JSON.parse(answer.text)).toMatchObject({ version: '1.1.0' });
  });

  it('waits before every answer', async () => {
    wings.options.latencyMs = 80;
    const started = Date.now();
    await system();
    expect(Date.now() - started).toBeGreaterThanOrEqual(75);
  });

  it('repeats every callback', async () => {
    wings.faults.repeatCallbacks = true;
    await wings.reportBackup('b');
    expect(bench.panel.requests('POST', '/backups/b')).toHaveLength(2);
  });

  it('believes in a wrong token', async () => {
    wings.faults.wrongToken = true;
    expect((await system()).status).toBe(401);
    await wings.reportBackup('b');
    const [report] = bench.panel.requests('POST', '/backups/b');
    expect(report?.headers.authorization).toContain('.wrong-');
  });

  it('has a clock that is ahead', async () => {
    wings.faults.clockOffsetSeconds = 3600;
    const { body } = await callApi(wings, 'GET', '/api/system/overview');
    const local = Date.parse((body as { local_time: string }).local_time);
    expect(local - Date.now()).toBeGreaterThan(3_500_000);
  });
});

describe('a graceful stop', () => {
  it('answers what is running and closes the port', async () => {
    wings.options.latencyMs = 50;
    const answer = system();
    await wings.waitForCall((call) => call.path === '/api/system');
    await wings.stop();
    expect((await answer).status).toBe(200);
    await expect(system()).rejects.toThrow();
  });
});

describe('a daemon without a panel', () => {
  it('listens and takes servers directly', async () => {
    const alone = bench.wings('go', { panelUrl: 'http://127.0.0.1:1' });
    await alone.listenOnly();
    const [object] = new FakePanel().add(1);
    if (object !== undefined) alone.addServer(object);
    expect((await callApi(alone, 'GET', '/api/servers')).body).toHaveLength(1);
  });
});

it('remembers the calls it received', async () => {
  await callApi(wings, 'POST', `/api/servers/${uuid}/power?x=1`, { action: 'stop' });
  const call = await wings.waitForCall(({ method }) => method === 'POST');
  expect(call).toMatchObject({ path: `/api/servers/${uuid}/power`, query: '?x=1', body: { action: 'stop' } });
});
