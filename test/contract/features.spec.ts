import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { FEATURE_NAMES, featureOfPath } from '../../src/common/features/feature-table.js';
import type { FeatureName } from '../../src/common/features/feature-table.js';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import type { Answer } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createCast } from '../support/principals.js';
import type { Principal } from '../support/principals.js';
import { nameOf, routesOf } from '../support/routes.js';

/** The contract's table: what each flag gates, and neighbours that it must leave alone. */
const GATES: Record<FeatureName, { default: boolean; gated: string[]; open: string[] }> = {
  registration: { default: true, gated: ['/api/users/register'], open: ['/api/users/registered', '/api/users'] },
  billing: {
    default: true,
    gated: [
      '/api/orders',
      '/api/orders/7',
      '/api/admin/orders/7/notes',
      '/api/plans',
      '/api/plans/3',
      '/api/admin/plans',
    ],
    open: ['/api/ordersheet', '/api/admin/order', '/api/planets'],
  },
  ai: {
    default: true,
    gated: ['/api/ai', '/api/ai/chat', '/api/admin/ai/models'],
    open: ['/api/aid', '/api/admin/aide'],
  },
  ticketing: {
    default: true,
    gated: ['/api/tickets', '/api/tickets/5/reply', '/api/admin/tickets'],
    open: ['/api/ticket', '/api/admin/ticketing'],
  },
  applications: {
    default: true,
    gated: [
      '/api/applications',
      '/api/applications/forms',
      '/api/admin/applications/1',
      '/api/public/applications/forms',
    ],
    // The daemon's own configure command calls below `/api/application`.
    open: ['/api/application/nodes', '/api/public/apps'],
  },
  oauth: {
    default: true,
    gated: ['/api/oauth', '/api/oauth/token', '/.well-known/oauth-authorization-server'],
    open: ['/api/oauth2', '/.well-known/security.txt'],
  },
  tunnels: { default: true, gated: ['/api/tunnel', '/api/tunnel/allocations/4'], open: ['/api/tunnels'] },
  dns: {
    default: true,
    gated: ['/api/organisations/4/dns/zones', '/api/organisations/4/dns/zones/9/records'],
    open: ['/api/organisations/4/members', '/api/dns/zones'],
  },
  dedicatedIps: {
    default: true,
    gated: ['/api/admin/servers/9c3c4bb1-5b6b-4f6c-8d4b-0e9a5f3f2d11/dedicated-ip'],
    open: ['/api/admin/servers/9c3c4bb1-5b6b-4f6c-8d4b-0e9a5f3f2d11/dedicated'],
  },
  visualeditor: {
    default: true,
    gated: ['/api/infrastructure/visual-editor', '/api/infrastructure/visual-editor/projects/2'],
    open: ['/api/infrastructure/code-instances'],
  },
  captcha: { default: false, gated: ['/api/auth/captcha', '/api/auth/captcha/audio'], open: ['/api/auth/captchas'] },
  captchaInvisible: { default: false, gated: ['/api/auth/captcha/invisible'], open: ['/api/auth/captcha/visible'] },
  // Acts inside registration and e-mail changes; it gates no path.
  tempEmailFilter: { default: true, gated: [], open: [] },
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const CASES = FEATURE_NAMES.flatMap((flag) => GATES[flag].gated.map((path) => ({ flag, path })));
const NEIGHBOURS = FEATURE_NAMES.flatMap((flag) => GATES[flag].open.map((path) => ({ flag, path })));

let panel: TestPanel;
let admin: Principal;

beforeAll(async () => {
  panel = await startPanel();
  admin = (await createCast(panel)).principals.rootAdmin;
});
afterAll(() => panel.close());
afterEach(() => set(Object.fromEntries(FEATURE_NAMES.map((flag) => [flag, GATES[flag].default]))));

const set = (featureToggles: Record<string, boolean>): Promise<unknown> =>
  panel.app.get(PanelSettings).update({ featureToggles });

const disabled = (flag: string): unknown => ({
  error: 'feature_disabled',
  message: `Feature '${flag}' is disabled`,
  feature: flag,
  code: 'feature_disabled',
  requestId: expect.any(String),
});

/** Other spellings that a router, a proxy or a person may come up with. */
function spellings(path: string): string[] {
  const last = path.lastIndexOf('/') + 1;
  const encodedLetter = `${path.slice(0, last)}%${path.charCodeAt(last).toString(16)}${path.slice(last + 1)}`;
  return [
    path,
    `${path}/`,
    path.toUpperCase(),
    `/${path}`,
    path.replaceAll('/', '//'),
    `${path}//`,
    `${path}?page=1`,
    encodedLetter,
    `/${path.slice(1).replace('/', '%2f')}`,
    `/${path.slice(1).replaceAll('/', '%2F')}`,
    `/${path.slice(1).replace('/', '\\')}`,
  ];
}

describe('the flag table', () => {
  it('is the one of the contract', async () => {
    const answer = await panel.http.get<{ featureToggles: Record<string, boolean> }>('/api/public/features');
    const defaults = Object.fromEntries(FEATURE_NAMES.map((flag) => [flag, GATES[flag].default]));
    expect(answer.body.featureToggles).toEqual(defaults);
  });

  it('agrees with what every route declares', () => {
    const disagreeing = routesOf(panel).filter((route) => featureOfPath(route.path) !== route.feature);
    expect(disagreeing.map(nameOf)).toEqual([]);
  });
});

describe('a flag that is off', () => {
  it.each(CASES)('$flag answers 503 to every method at $path', async ({ flag, path }) => {
    await set({ [flag]: false });
    for (const method of METHODS) {
      for (const caller of [panel.http, panel.as(admin)]) {
        const answer = await caller.request(method, path);
        expect([method, answer.status, answer.body]).toEqual([method, 503, disabled(flag)]);
      }
    }
    expect(await panel.http.request('HEAD', path)).toMatchObject({ status: 503, text: '' });
  });

  it.each(CASES)('$flag answers 503 to every spelling of $path', async ({ flag, path }) => {
    await set({ [flag]: false });
    const answers: [string, number][] = [];
    for (const spelling of spellings(path)) answers.push([spelling, (await panel.http.post(spelling)).status]);
    expect(answers).toEqual(spellings(path).map((spelling) => [spelling, 503]));
  });

  it.each(NEIGHBOURS)('$flag leaves $path alone', async ({ flag, path }) => {
    await set({ [flag]: false });
    expect((await panel.http.get(path)).status).not.toBe(503);
  });

  it('refuses WebSocket upgrades below its prefix', async () => {
    await set({ tunnels: false });
    expect(await upgradeStatus('/api/tunnel/connect')).toBe(503);
  });
});

describe('a flag that is on', () => {
  const built = (path: string): boolean => routesOf(panel).some((route) => route.path === path);

  it.each(CASES)('$flag lets requests through to $path', async ({ flag, path }) => {
    await set({ [flag]: true });
    for (const method of METHODS) {
      const answer: Answer<unknown> = await panel.as(admin).request(method, path);
      expect([method, answer.status]).not.toEqual([method, 503]);
      if (!built(path)) expect([method, answer.status]).toEqual([method, 404]);
    }
  });

  it('is in force for the very next request after an admin changed it', async () => {
    for (const [method, key] of [
      ['PUT', 'featureToggles'],
      ['PATCH', 'panelFeatureToggles'],
    ] as const) {
      const change = (on: boolean) =>
        panel.as(admin).request(method, '/api/admin/settings', { body: { [key]: { ticketing: on } } });
      expect((await change(false)).status).toBe(200);
      expect((await panel.http.get('/api/tickets')).status).toBe(503);
      expect((await change(true)).status).toBe(200);
      expect((await panel.http.get('/api/tickets')).status).toBe(404);
    }
  });
});

/** The status that an upgrade is refused with; 101 when it is accepted. */
function upgradeStatus(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${panel.url.replace('http', 'ws')}${path}`);
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('unexpected-response', (_request, response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.once('error', reject);
  });
}
