import { Agent } from 'undici';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { Public } from '../../src/common/access/decorators.js';
import { Metrics } from '../../src/common/metrics/metrics.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';
import { until } from '../support/until.js';

let open = (): void => undefined;
let begun = (): void => undefined;

@Public()
@Controller('probe')
class ProbeController {
  constructor(private readonly prisma: PrismaService) {}

  @Get('slow')
  async slow(): Promise<object> {
    const gate = new Promise<void>((resolve) => (open = resolve));
    begun();
    await gate;
    return { roles: await this.prisma.role.count() };
  }

  @Get('roles')
  async roles(): Promise<object> {
    return { roles: await this.prisma.role.count() };
  }

  @Get('things/:id')
  thing(): object {
    return { ok: true };
  }
}

const start = (env: NodeJS.ProcessEnv = {}): Promise<TestPlatform> =>
  startPlatform({ controllers: [ProbeController], env });

describe('closing', () => {
  it('lets a request under way end, with the database still there, refuses new ones and is done soon', async () => {
    const platform = await start();
    const started = new Promise<void>((resolve) => (begun = resolve));
    const request = fetch(`${platform.url}/probe/slow`);
    await started;
    const closed = platform.close();
    await until('new connections are refused', async () => {
      const agent = new Agent();
      const refused = await agent
        .request({ origin: platform.url, path: '/health/live', method: 'GET', headersTimeout: 500 })
        .then(
          () => false,
          () => true,
        );
      await agent.destroy();
      return refused;
    });
    open();
    const response = await request;
    expect([response.status, await response.json()]).toEqual([200, { roles: 2 }]);
    const before = Date.now();
    await closed;
    expect(Date.now() - before).toBeLessThan(5_000);
  });

  it('is not held up by idle connections', async () => {
    const platform = await start();
    await Promise.all(Array.from({ length: 5 }, () => fetch(`${platform.url}/health/live`)));
    const before = Date.now();
    await platform.close();
    expect(Date.now() - before).toBeLessThan(6_000);
  });
});

describe('health', () => {
  it('tells whether the process lives and whether it may get traffic', async () => {
    const platform = await start();
    for (const path of ['/health', '/health/live', '/health/ready']) {
      const response = await fetch(`${platform.url}${path}`);
      expect([path, response.status, await response.json()]).toEqual([path, 200, { status: 'ok' }]);
    }
    await platform.close();
  });

  it('says that the database is away, and requests get 503 with the time to wait', async () => {
    const platform = await start();
    await platform.database.close();
    const ready = await fetch(`${platform.url}/health/ready`);
    expect([ready.status, ready.headers.get('retry-after'), await ready.json()]).toEqual([
      503,
      '2',
      { status: 'degraded', db: false },
    ]);
    expect((await fetch(`${platform.url}/health`)).status).toBe(503);
    expect((await fetch(`${platform.url}/health/live`)).status).toBe(200);
    const request = await fetch(`${platform.url}/probe/roles`);
    expect([request.status, request.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await request.json()).toMatchObject({ code: 'database.unavailable' });
    await platform.close().catch(() => undefined);
  });
});

describe('metrics', () => {
  it('count requests by pattern and status class, and never by what stands in the path', async () => {
    const platform = await start();
    for (const id of ['1', '2', 'planted-marker']) await fetch(`${platform.url}/probe/things/${id}`);
    await fetch(`${platform.url}/planted-marker/nowhere`);
    await fetch(`${platform.url}/planted-marker`, { method: 'PROPFIND' });
    const text = await (await fetch(`${platform.url}/metrics`)).text();
    expect(text).toContain(
      'panel_http_request_duration_seconds_count{method="GET",route="/probe/things/:id",status="2xx"} 3',
    );
    expect(text).toContain('panel_http_request_duration_seconds_count{method="GET",route="unmatched",status="4xx"} 1');
    expect(text).toContain(
      'panel_http_request_duration_seconds_count{method="OTHER",route="unmatched",status="4xx"} 1',
    );
    expect(text).not.toContain('planted-marker');
    expect(text).toMatch(/panel_sql_statements_total [1-9]/);
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('process_resident_memory_bytes');
    await platform.close();
  });

  it('show the figures of other parts as they are at that moment', async () => {
    const platform = await start();
    let viewers = 3;
    const metrics = platform.app.get(Metrics);
    metrics.add({ name: 'probe_viewers', help: 'Viewers.', kind: 'gauge', read: () => viewers });
    metrics.add({ name: 'probe_lines_total', help: 'Lines.', kind: 'counter', read: () => viewers * 10 });
    const read = async () => (await fetch(`${platform.url}/metrics`)).text();
    expect(await read()).toMatch(/probe_viewers 3\n[^]*probe_lines_total 30\n/);
    viewers = 4;
    expect(await read()).toMatch(/probe_viewers 4\n[^]*probe_lines_total 40\n/);
    await platform.close();
  });

  it('are for this machine alone, or for those who know the secret', async () => {
    const local = await start({ TRUSTED_PROXIES: '127.0.0.0/8' });
    expect((await fetch(`${local.url}/metrics`)).status).toBe(200);
    expect((await fetch(`${local.url}/metrics`, { headers: { 'x-forwarded-for': '198.51.100.1' } })).status).toBe(403);
    await local.close();
    const guarded = await start({ METRICS_TOKEN: 'a-secret-of-enough-length' });
    const as = async (authorization?: string) =>
      (await fetch(`${guarded.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } })).status;
    expect([await as(), await as('Bearer wrong'), await as('Bearer a-secret-of-enough-length')]).toEqual([
      403, 403, 200,
    ]);
    await guarded.close();
  });
});
