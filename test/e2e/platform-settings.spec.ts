import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AdminModule } from '../../src/admin/admin.module.js';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { session, startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';

const ADMIN = 'user-1.admin:access.admin:settings';
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatform({ imports: [AdminModule] });
});
afterAll(() => platform.close());
afterEach(async () => {
  await platform.prisma.panelSetting.deleteMany();
  await platform.app.get(PanelSettings).onModuleInit();
});

type Body = Record<string, unknown>;
const read = async (
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: Body }> => {
  const response = await fetch(`${platform.url}${path}`, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : (JSON.parse(text) as Body) };
};
const change = async (body: unknown, method = 'PATCH', caller = ADMIN): Promise<{ status: number; body: Body }> => {
  const response = await fetch(`${platform.url}/api/admin/settings`, {
    method,
    headers: { 'content-type': 'application/json', ...session(caller) },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Body };
};

describe('the public settings', () => {
  it('have the defaults and the fields of the contract', async () => {
    expect((await read('/api/panel/settings')).body).toEqual({
      registrationEnabled: true,
      registrationNotice: '',
      portalDescriptions: null,
      geoBlockCountries: '',
      countryAgeRules: '',
      billingCurrency: 'USD',
      billingTaxRules: '',
      gamblingEnabled: false,
      gamblingResourceLuckyChance: 0.0777,
      gamblingPowerDenyChance: 0.5,
      featureToggles: expect.objectContaining({ billing: true, captchaInvisible: false }),
    });
  });

  it('cost no query', async () => {
    await read('/api/panel/settings');
    const before = platform.database.statements;
    for (let count = 0; count < 5; count++)
      await Promise.all([read('/api/panel/settings'), read('/api/public/features')]);
    // Jobs ask the database now and then by themselves.
    expect(platform.database.statements - before).toBeLessThan(8);
  });

  it('are not sent again while nothing changed', async () => {
    const first = await read('/api/panel/settings');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[\w-]+"$/);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(`${platform.url}/api/panel/settings`, {
      headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' },
    });
    expect([again.status, await again.text()]).toEqual([304, '']);
    await change({ registrationNotice: 'Closed for the weekend' });
    const changed = await read('/api/panel/settings', { 'if-none-match': etag, 'cache-control': 'max-age=0' });
    expect([changed.status, changed.body['registrationNotice']]).toEqual([200, 'Closed for the weekend']);
  });

  it('hold the flags alone under their own path', async () => {
    expect((await read('/api/public/features')).body).toEqual({
      featureToggles: (await read('/api/panel/settings')).body['featureToggles'],
    });
  });
});

describe('the settings of the staff', () => {
  it('are for those who hold both permissions', async () => {
    expect((await read('/api/admin/settings')).status).toBe(401);
    for (const caller of ['user-2', 'user-2.admin:access', 'user-2.admin:settings']) {
      expect([caller, (await read('/api/admin/settings', session(caller))).status]).toEqual([caller, 403]);
      expect([caller, (await change({ billingCurrency: 'EUR' }, 'PUT', caller)).status]).toEqual([caller, 403]);
    }
    expect((await read('/api/admin/settings', session(ADMIN))).body).toMatchObject({
      feedbackPromptChance: 0.3,
      requireVerifiedEmail: null,
    });
  });

  it.each(['PUT', 'PATCH'])('are changed by %s, at once and only where named', async (method) => {
    const answer = await change({ billingCurrency: ' eur', registrationEnabled: 'false', unknown: 1 }, method);
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, settings: { billingCurrency: 'EUR', registrationEnabled: false } },
    });
    expect((await read('/api/panel/settings')).body).toMatchObject({
      billingCurrency: 'EUR',
      registrationEnabled: false,
      registrationNotice: '',
    });
  });

  it('take flags under both names, merged, as an object or as text', async () => {
    await change({ featureToggles: { billing: false } });
    await change({ panelFeatureToggles: '{"ai": false, "gambling": true}' });
    expect((await read('/api/public/features')).body).toMatchObject({
      featureToggles: { billing: false, ai: false, gambling: true, dns: true },
    });
    expect((await fetch(`${platform.url}/api/orders`)).status).toBe(503);
    await change({ featureToggles: { billing: true } });
    expect((await fetch(`${platform.url}/api/orders`)).status).toBe(404);
  });

  it('take what the web client sends: all of it as it came', async () => {
    const all = (await read('/api/admin/settings', session(ADMIN))).body;
    expect(await change(all, 'PUT')).toMatchObject({ status: 200, body: { settings: all } });
    expect(await platform.prisma.panelSetting.count()).toBe(0);
  });

  it.each([
    [{ geoBlockCountries: 'kp:5,ru:9' }, 'geoBlockCountries has the entry "ru:9"'],
    [{ countryAgeRules: 'eu=99' }, 'countryAgeRules has the entry "eu=99"'],
    [{ billingTaxRules: 'DE:19;FR' }, 'billingTaxRules has the entry "FR"'],
    [{ billingCurrency: 'Dollars' }, 'billingCurrency must be'],
    [{ featureToggles: 'nonsense' }, 'featureToggles is not JSON'],
    [{ registrationNotice: 7 }, 'registrationNotice must be text'],
  ])('refuse %j with the offending entry, and change nothing then', async (bad, text) => {
    const answer = await change({ registrationNotice: 'half', ...bad });
    expect([answer.status, String(answer.body['error'])]).toEqual([400, expect.stringContaining(text)]);
    expect(await platform.prisma.panelSetting.count()).toBe(0);
    expect((await read('/api/panel/settings')).body['registrationNotice']).toBe('');
  });

  it('take null as absent, except where it is a value', async () => {
    await change({ registrationNotice: 'x', requireVerifiedEmail: true, portalDescriptions: { paid: 'text' } });
    await change({
      registrationNotice: null,
      billingCurrency: null,
      requireVerifiedEmail: null,
      portalDescriptions: null,
    });
    expect((await read('/api/admin/settings', session(ADMIN))).body).toMatchObject({
      registrationNotice: 'x',
      billingCurrency: 'USD',
      requireVerifiedEmail: null,
      portalDescriptions: null,
    });
  });

  it('fall back to the default when a stored value is not acceptable any more', async () => {
    await platform.prisma.panelSetting.createMany({
      data: [
        { key: 'billingCurrency', value: 'nonsense' },
        { key: 'removed', value: 1 },
      ],
    });
    await platform.app.get(PanelSettings).onModuleInit();
    expect((await read('/api/panel/settings')).body['billingCurrency']).toBe('USD');
  });
});

describe('the record of changes', () => {
  const logs = (query = '', caller = 'user-1.admin:access.logs:read') =>
    read(`/api/admin/logs${query}`, session(caller));

  it('tells who changed what from which value, and only what really changed', async () => {
    await platform.prisma.activityEntry.deleteMany();
    await change({ registrationNotice: 'new', billingCurrency: 'USD', featureToggles: { dns: false, ai: true } });
    await change({ registrationNotice: 'new' });
    const { body } = await logs();
    expect(body).toMatchObject({ total: 1, page: 1, per: 200 });
    expect((body['logs'] as Body[])[0]).toMatchObject({
      userId: 1,
      action: 'admin:settings:update',
      targetType: 'setting',
      ipAddress: '127.0.0.1',
      metadata: {
        changes: {
          registrationNotice: { before: '', after: 'new' },
          'featureToggles.dns': { before: true, after: false },
        },
      },
    });
    expect(JSON.stringify(body)).not.toContain('billingCurrency');
  });

  it('is for those who may read logs', async () => {
    for (const caller of ['user-2', 'user-2.admin:access', 'user-2.logs:read'])
      expect((await logs('', caller)).status).toBe(403);
  });

  it('is paged and filtered, newest first, with the names of the authors', async () => {
    await platform.prisma.activityEntry.deleteMany();
    const user = await platform.prisma.user.create({
      data: { email: 'ada@example.com', passwordHash: 'planted-marker', firstName: 'Ada', lastName: 'L' },
    });
    const entry = (action: string, userId: number | null, minute: number) => ({
      action,
      userId,
      timestamp: new Date(Date.UTC(2026, 0, 1, 0, minute)),
    });
    await platform.prisma.activityEntry.createMany({
      data: [entry('login', user.id, 1), entry('server:error', null, 2), entry('login_failed', 999_999, 3)],
    });
    const actionsOf = async (query: string) => ((await logs(query)).body['logs'] as Body[]).map(({ action }) => action);
    expect(await actionsOf('')).toEqual(['login_failed', 'server:error', 'login']);
    expect(await actionsOf('?page=2&per=2')).toEqual(['login']);
    expect(await actionsOf('?page=nonsense&per=1')).toEqual(['login_failed']);
    expect(await actionsOf('?type=serverErrors')).toEqual(['login_failed', 'server:error']);
    expect(await actionsOf('?type=requests')).toEqual([]);
    expect(await actionsOf(`?userId=${user.id}`)).toEqual(['login']);
    expect(await actionsOf('?userId=0')).toEqual(['server:error']);
    expect(await actionsOf('?action=login')).toEqual(['login_failed', 'login']);
    expect(await actionsOf('?from=2026-01-01T00:02:00Z&to=2026-01-01T00:03:00Z')).toEqual(['server:error']);
    const names = ((await logs()).body['logs'] as Body[]).map(({ username, email }) => [username, email]);
    expect(names).toEqual([
      ['User 999999', ''],
      ['System', ''],
      ['Ada L', 'ada@example.com'],
    ]);
    expect(JSON.stringify((await logs()).body)).not.toContain('planted-marker');
  });

  it.each(['per=0', 'per=501', 'userId=x', 'type=nonsense', 'from=yesterday', 'page=999999999'])(
    'refuses %s',
    async (query) => {
      expect((await logs(`?${query}`)).status).toBe(400);
    },
  );

  it('cannot be changed: entries are only added', async () => {
    for (const method of ['DELETE', 'PUT', 'PATCH']) {
      const response = await fetch(`${platform.url}/api/admin/logs/1`, { method, headers: session('root-1') });
      expect([method, response.status]).toEqual([method, 404]);
    }
  });
});
