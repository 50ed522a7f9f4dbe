import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import {
  Authenticated,
  Caller,
  CallingNode,
  NodeOnly,
  Public,
  RequirePermission,
  SessionOnly,
} from '../../src/common/access/decorators.js';
import { CsrfProtection } from '../../src/common/access/csrf.js';
import { NodePrincipal, UserPrincipal } from '../../src/common/access/principal.js';
import { RouteInventory } from '../../src/common/access/route-inventory.js';
import { Feature } from '../../src/common/features/feature.js';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { session, startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';

@Controller('probe')
class ProbeController {
  @Public()
  @Get('public')
  everybody(): object {
    return { ok: true };
  }

  @Authenticated()
  @Get('mine')
  mine(@Caller() caller: UserPrincipal): object {
    return { userId: caller.userId };
  }

  @Authenticated()
  @Post('mine')
  change(@Caller() caller: UserPrincipal): object {
    return { userId: caller.userId };
  }

  @SessionOnly()
  @Get('security')
  security(): object {
    return { ok: true };
  }

  @RequirePermission(['admin:access', 'nodes:read'], 'Admin access required.')
  @Get('staff')
  staff(): object {
    return { ok: true };
  }

  @NodeOnly()
  @Get('daemon')
  daemon(@CallingNode() node: NodePrincipal): object {
    return { nodeId: node.nodeId };
  }
}

@Feature('ticketing')
@RequirePermission('tickets:read')
@Controller('api/tickets')
class TicketsController {
  @Get()
  list(): object {
    return { ok: true };
  }
}

@Controller('forgotten')
class ForgottenController {
  @Get('route')
  route(): object {
    return {};
  }
}

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatform({
    controllers: [ProbeController, TicketsController],
    env: { FRONTEND_URL: 'https://panel.example.com' },
  });
});
afterAll(() => platform.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${platform.url}${path}`, { headers });
async function answerOf(response: Response): Promise<[number, unknown]> {
  const body = (await response.json()) as { error?: string };
  return [response.status, body.error];
}

describe('a route', () => {
  it('that forgot to say who may call it stops the start', async () => {
    await expect(startPlatform({ controllers: [ForgottenController] })).rejects.toThrow('GET /forgotten/route');
  });

  it.each([
    ['nothing', {}, 401, 'Missing token'],
    ['a header of a form that nobody uses', { authorization: 'Basic x' }, 401, 'Invalid token format'],
    ['a credential that is not good', session('nobody-knows-this-session'), 401, 'Invalid token'],
    ['a credential of a suspended account', session('suspended-7-xxxxxxxxxxxx'), 401, 'Invalid token'],
  ])('for accounts refuses %s', async (_name, headers, status, error) => {
    expect(await answerOf(await get('/probe/mine', headers))).toEqual([status, error]);
  });

  it('for accounts lets them in by session, key and cookie', async () => {
    for (const headers of [session('user-7'), { 'x-api-key': 'user-7' }, { cookie: 'token=user-7' }]) {
      expect(await (await get('/probe/mine', headers)).json()).toEqual({ userId: 7 });
    }
  });

  it('refuses suspended accounts, whatever they present', async () => {
    for (const headers of [session('suspended-7'), { 'x-api-key': 'suspended-7' }, { cookie: 'token=suspended-7' }]) {
      const response = await get('/probe/mine', headers);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({
        error: 'Account is suspended. Please contact support.',
        suspended: true,
      });
    }
  });

  it('for account security refuses API keys', async () => {
    expect((await get('/probe/security', session('user-7'))).status).toBe(200);
    const [status, error] = await answerOf(await get('/probe/security', { 'x-api-key': 'user-7' }));
    expect([status, String(error)]).toEqual([403, expect.stringContaining('API key')]);
  });

  it('for staff needs every permission, in its order and with its text', async () => {
    expect((await get('/probe/staff', session('root-1'))).status).toBe(200);
    expect((await get('/probe/staff', session('user-7.admin:access.nodes'))).status).toBe(200);
    for (const missing of ['user-7', 'user-7.admin:access', 'user-7.nodes:read', 'user-7.admin:access.nodes:write']) {
      expect([missing, ...(await answerOf(await get('/probe/staff', session(missing))))]).toEqual([
        missing,
        403,
        'Admin access required.',
      ]);
    }
    expect(await answerOf(await get('/probe/staff', { 'x-api-key': 'root-1' }))).toEqual([
      403,
      'Insufficient permissions (api key)',
    ]);
  });

  it('for daemons lets in daemons and nobody else', async () => {
    expect(await (await get('/probe/daemon', { authorization: 'Bearer node-3' })).json()).toEqual({ nodeId: 3 });
    for (const headers of [{}, session('root-1'), { cookie: 'token=root-1' }])
      expect((await get('/probe/daemon', headers)).status).toBe(401);
    expect((await get('/probe/mine', { authorization: 'Bearer node-3' })).status).toBe(401);
  });

  it('for everybody does not look at credentials', async () => {
    for (const headers of [{}, session('nonsense'), { authorization: 'Basic x' }])
      expect((await get('/probe/public', headers)).status).toBe(200);
  });

  it('uses "token" and "csrf" in no 403 that is not about them: the web client would ask for a new one', async () => {
    const refused = [
      await get('/probe/security', { 'x-api-key': 'user-7' }),
      await get('/probe/staff', session('user-7')),
      await get('/probe/staff', { 'x-api-key': 'root-1' }),
      await get('/probe/mine', session('suspended-7')),
    ];
    for (const response of refused) {
      expect(response.status).toBe(403);
      expect(await response.text()).not.toMatch(/token|csrf/i);
    }
  });
});

describe('a request by cookie', () => {
  const post = (headers: Record<string, string>) =>
    fetch(`${platform.url}/probe/mine`, { method: 'POST', headers: { cookie: 'token=user-7', ...headers } });

  it('from a foreign page is refused, and passes with the token of its session', async () => {
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect(await answerOf(await post(foreign))).toEqual([403, 'Missing CSRF token']);
    expect(await answerOf(await post({ ...foreign, 'x-csrf-token': 'x' }))).toEqual([403, 'Invalid CSRF token']);
    const token = platform.app.get(CsrfProtection).tokenFor('session-of-7');
    expect((await post({ ...foreign, 'x-csrf-token': token })).status).toBe(201);
  });

  it('from our own pages and from no browser passes', async () => {
    const ours: Record<string, string>[] = [
      {},
      { origin: 'https://panel.example.com' },
      { 'sec-fetch-site': 'same-origin' },
    ];
    for (const headers of ours) {
      expect((await post(headers)).status).toBe(201);
    }
  });

  it('is not needed: header credentials pass from everywhere', async () => {
    const headers = { authorization: 'Bearer user-7', origin: 'https://evil.example', cookie: '' };
    expect((await post(headers)).status).toBe(201);
  });
});

describe('a group of routes', () => {
  const switchTo = (ticketing: boolean) => platform.app.get(PanelSettings).update({ featureToggles: { ticketing } });
  const SPELLINGS = [
    '/api/tickets',
    '/api/tickets/',
    '/API/Tickets',
    '//api//tickets',
    '/api/%74ickets',
    '/api/tickets/7/replies',
    '/api/admin/tickets',
  ];

  it('whose flag is off answers 503 before anything else, for every spelling and method, built or not', async () => {
    await switchTo(false);
    for (const path of SPELLINGS) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const response = await fetch(`${platform.url}${path}`, { method });
        expect([path, method, response.status]).toEqual([path, method, 503]);
        expect(await response.json()).toMatchObject({
          error: 'feature_disabled',
          message: "Feature 'ticketing' is disabled",
          feature: 'ticketing',
        });
      }
    }
    await switchTo(true);
  });

  it('whose flag is on asks for the permission where it is built, and is unknown where it is not', async () => {
    expect((await get('/api/tickets')).status).toBe(401);
    expect((await get('/api/tickets', session('user-7.tickets:read'))).status).toBe(200);
    expect((await get('/api/admin/tickets')).status).toBe(404);
  });

  it('is told with its flag and access in the route inventory', () => {
    const route = platform.app
      .get(RouteInventory)
      .routes()
      .find(({ path }) => path === '/api/tickets');
    expect(route).toMatchObject({
      method: 'GET',
      feature: 'ticketing',
      access: { kind: 'permission', permissions: ['tickets:read'] },
    });
  });
});
