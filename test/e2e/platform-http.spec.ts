import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Public } from '../../src/common/access/decorators.js';
import { logger } from '../../src/common/logging/logger.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { captureLogs } from '../support/logs.js';
import { startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';
import { until } from '../support/until.js';

@Public()
@Controller('probe')
class ProbeController {
  @Get('address')
  address(@Req() request: Request): object {
    return { clientIp: request.clientIp };
  }

  @Get('query')
  query(@Req() request: Request): object {
    return { query: request.query };
  }
}

const FRONTEND = 'https://panel.example.com';
const EVIL = 'https://evil.example';

let closed: TestPlatform;
let open: TestPlatform;
let panel: TestPanel;
beforeAll(async () => {
  closed = await startPlatform({
    controllers: [ProbeController],
    env: { LOG_LEVEL: 'silent', TRUSTED_PROXIES: '192.0.2.0/24' },
  });
  open = await startPlatform({
    controllers: [ProbeController],
    env: { PANEL_URL: 'https://api.example.com', FRONTEND_URL: `${FRONTEND},http://localhost:3000` },
  });
  panel = await startPanel();
});
afterAll(async () => {
  await closed.close();
  await open.close();
  await panel.close();
});

describe('a request', () => {
  it('gets an id of its own, in the header of every answer', async () => {
    const ids = await Promise.all(
      ['/probe/query', '/nowhere', '/health'].map(async (path) =>
        (await fetch(`${closed.url}${path}`)).headers.get('x-request-id'),
      ),
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keeps an id of a sane form, so that it can be followed through proxies', async () => {
    const given = async (id: string) =>
      (await fetch(`${closed.url}/nowhere`, { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await given('trace-0123456789')).toBe('trace-0123456789');
    for (const bad of ['short', 'x'.repeat(65), 'a b c d e f g', '<script>alert(1)</script>'])
      expect(await given(bad)).not.toBe(bad);
  });

  it('is logged by its path without the query, whose values may be secret', async () => {
    const logs = captureLogs();
    logger.level = 'debug';
    await fetch(`${closed.url}/nowhere?token=planted-marker`, {
      headers: { authorization: 'Bearer planted-marker', cookie: 'token=planted-marker' },
    });
    const line = await until('the request is logged', () => logs.lines.find((text) => text.includes('/nowhere')));
    logger.level = 'silent';
    logs.stop();
    expect(JSON.parse(line)).toMatchObject({ req: { method: 'GET', path: '/nowhere' }, res: { status: 404 } });
    expect(logs.lines.join()).not.toContain('planted-marker');
  });

  it('comes from the peer when the peer is no trusted proxy, whatever it says', async () => {
    const forged = {
      'x-forwarded-for': '198.51.100.9',
      'x-real-ip': '198.51.100.9',
      'cf-connecting-ip': '198.51.100.9',
    };
    const response = await fetch(`${closed.url}/probe/address`, { headers: forged });
    expect(await response.json()).toEqual({ clientIp: '127.0.0.1' });
  });

  it('comes from the right-most untrusted hop behind a trusted proxy', async () => {
    const response = await fetch(`${open.url}/probe/address`, {
      headers: { 'x-forwarded-for': '1.2.3.4, 198.51.100.9, 10.0.0.7' },
    });
    expect(await response.json()).toEqual({ clientIp: '198.51.100.9' });
  });

  it('has a flat query: no objects and no prototypes', async () => {
    const response = await fetch(`${closed.url}/probe/query?a[b]=1&__proto__[x]=1&c=2`);
    expect(await response.json()).toEqual({ query: { 'a[b]': '1', '__proto__[x]': '1', c: '2' } });
  });
});

describe('cross-origin requests', () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/probe/query`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });

  it('are closed to everybody when no frontend is configured', async () => {
    for (const origin of [EVIL, FRONTEND, 'null', closed.url]) {
      for (const response of [
        await preflight(closed.url, origin),
        await fetch(`${closed.url}/probe/query`, { headers: { origin } }),
      ]) {
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
        expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      }
    }
  });

  it.each([FRONTEND, 'http://localhost:3000'])('are open to the configured %s, with credentials', async (origin) => {
    const response = await preflight(open.url, origin);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.get('vary')).toContain('Origin');
    for (const header of ['X-API-Key', 'x-csrf-token', 'Idempotency-Key', 'x-sftp-password', 'x-path']) {
      expect(response.headers.get('access-control-allow-headers')).toContain(header);
    }
    const answer = await fetch(`${open.url}/probe/query`, { headers: { origin } });
    for (const header of ['Retry-After', 'Content-Disposition', 'X-Request-Id']) {
      expect(answer.headers.get('access-control-expose-headers')).toContain(header);
    }
  });

  it('are open on errors too, so that the page can read them', async () => {
    const response = await fetch(`${open.url}/nowhere`, { headers: { origin: FRONTEND } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([404, FRONTEND]);
  });

  it.each([
    EVIL,
    'null',
    'http://panel.example.com',
    `${FRONTEND}:8443`,
    'https://x.panel.example.com',
    `${FRONTEND}.evil.example`,
  ])('are closed to %s', async (origin) => {
    for (const response of [
      await preflight(open.url, origin),
      await fetch(`${open.url}/nowhere`, { headers: { origin } }),
    ]) {
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('the headers of an answer', () => {
  it.each(['/probe/query', '/nowhere', '/health/live'])('of %s keep browsers from doing harm', async (path) => {
    const { headers } = await fetch(`${closed.url}${path}`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(headers.get('content-security-policy')).toContain("object-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('etag')).toBeNull();
  });

  it('ask for TLS only where the panel is reached by it', async () => {
    const [plain, tls] = await Promise.all(
      [closed, open].map(async ({ url }) => (await fetch(`${url}/health/live`)).headers),
    );
    expect(plain?.get('strict-transport-security')).toBeNull();
    expect(plain?.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    expect(tls?.get('strict-transport-security')).toBe('max-age=15552000; includeSubDomains');
    expect(tls?.get('content-security-policy')).toContain('upgrade-insecure-requests');
  });

  it('let files of users be shown on other origins', async () => {
    expect((await fetch(`${closed.url}/uploads/avatar.png`)).headers.get('cross-origin-resource-policy')).toBe(
      'cross-origin',
    );
  });

  it('allow inline scripts on the API playground and nowhere else', async () => {
    const policyOf = async (path: string) =>
      (await fetch(`${panel.url}${path}`)).headers.get('content-security-policy') ?? '';
    expect(await policyOf('/openapi')).toMatch(/script-src [^;]*'unsafe-inline'/);
    for (const path of [
      '/health',
      '/openapix',
      '/api/openapi',
      '/api/panel/settings',
      '/x/openapi',
      '/uploads/openapi',
    ]) {
      expect([path, await policyOf(path)]).toEqual([
        path,
        expect.not.stringMatching(/script-src [^;]*'unsafe-inline'/),
      ]);
    }
  });
});

it('answers 204 for the icon that browsers ask for', async () => {
  const response = await fetch(`${panel.url}/favicon.ico`);
  expect([response.status, await response.text()]).toEqual([204, '']);
});
