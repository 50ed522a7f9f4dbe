import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { createAdmin, createUser, openSession, PASSWORD, unique } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

interface Shown {
  geoBlockLevel: number;
  idVerificationAllowed?: boolean;
  euIdVerificationDisabled: boolean;
}
interface Refusal {
  error: string;
  code: string;
}

let panel: TestPanel;
let admin: HttpClient;
beforeAll(async () => {
  panel = await startPanel({ env: { EU_ID_DISABLED: 'true' } });
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
});
afterAll(() => panel.close());
beforeEach(() => panel.app.get(PanelSettings).update({ geoBlockCountries: '' }));

/** What staff writes into the settings. */
const rules = async (geoBlockCountries: string) =>
  expect((await admin.patch('/api/admin/settings', { geoBlockCountries })).status).toBe(200);
const clientFrom = async (billingCountry: string | null, values: object = {}) =>
  panel.as(await openSession(panel, await createUser(panel, { billingCountry, ...values })));
const sessionOf = async (client: HttpClient) => (await client.get<{ user: Shown }>('/api/auth/session')).body.user;

describe('the level of an account', () => {
  it('is 0 while no rule names its country', async () => {
    for (const country of [null, 'CH', 'Atlantis']) {
      expect(await sessionOf(await clientFrom(country))).toMatchObject({
        geoBlockLevel: 0,
        idVerificationAllowed: true,
        euIdVerificationDisabled: false,
      });
    }
  });

  it('follows the rules at once, in the session, in the profile and in the answer of a login', async () => {
    const user = await createUser(panel, { billingCountry: 'Switzerland' });
    const client = panel.as(await openSession(panel, user));
    expect((await sessionOf(client)).geoBlockLevel).toBe(0);
    await rules('ch:2');
    const blocked = { geoBlockLevel: 2, euIdVerificationDisabled: true };
    expect(await sessionOf(client)).toMatchObject({ ...blocked, idVerificationAllowed: false });
    expect((await client.get<Shown>('/api/users/me')).body).toMatchObject(blocked);
    const login = await panel.http.post<{ user: Shown }>('/api/auth/login', { email: user.email, password: PASSWORD });
    expect(login.body.user).toMatchObject({ ...blocked, idVerificationAllowed: false });
  });

  it('changes with the country of the account', async () => {
    await rules('no:4');
    const client = await clientFrom('NO');
    expect((await sessionOf(client)).geoBlockLevel).toBe(4);
    const moved = await client.put<{ user: Shown }>('/api/users/me', { billingCountry: 'CH' });
    expect(moved.body.user.geoBlockLevel).toBe(0);
    expect((await sessionOf(client)).geoBlockLevel).toBe(0);
  });

  it('is at least 1 in the European Union while EU_ID_DISABLED is set, and more where a rule says so', async () => {
    await rules('de:3,fr:0');
    const levels = await Promise.all(
      ['Germany', 'FR', 'at', 'CH'].map(async (country) => (await sessionOf(await clientFrom(country))).geoBlockLevel),
    );
    expect(levels).toEqual([3, 1, 1, 0]);
  });
});

describe('registration', () => {
  const register = (billingCountry?: string) =>
    panel.http.post<Refusal & { user: Shown }>('/api/users/register', {
      email: `${unique()}@example.test`,
      password: PASSWORD,
      firstName: 'Robin',
      lastName: 'Example',
      ...(billingCountry !== undefined && { billingCountry }),
    });

  it('is closed to countries of level 5, by code and by name, and nothing remains', async () => {
    await rules('no:5');
    const before = await panel.prisma.user.count();
    for (const country of ['no', 'Norway']) {
      expect(await register(country)).toMatchObject({
        status: 403,
        body: {
          error: 'Registration is not allowed from your country under geo-block policy',
          code: 'users.country_blocked',
        },
      });
    }
    expect(await panel.prisma.user.count()).toBe(before);
  });

  it('is open to countries below, which are told their level, and to those who give none', async () => {
    await rules('no:4');
    const answer = await register('no');
    expect([answer.status, answer.body.user.geoBlockLevel]).toEqual([200, 4]);
    expect((await register()).status).toBe(200);
  });
});

describe('a server', () => {
  const create = (client: HttpClient) => client.post<Refusal>('/api/servers', { name: 'Lobby', eggId: 2_000_000_000 });
  const everywhere =
    'Server creation is disabled for your country under geo-block policy; you may still use subuser access.';

  it.each([
    [4, 'paid', everywhere],
    [3, 'educational', 'Your country is restricted from free and educational portal services.'],
    [2, 'free', 'Your country is restricted from free portal services.'],
  ])('is not for level %i in the portal "%s"', async (level, portalType, error) => {
    await rules(`no:${level}`);
    const answer = await create(await clientFrom('NO', { portalType }));
    expect(answer).toMatchObject({ status: 403, body: { error, code: 'servers.country_blocked' } });
  });

  it('gets as far as its egg below that level, and for admins', async () => {
    await rules('no:3');
    expect((await create(await clientFrom('NO', { portalType: 'paid' }))).status).toBe(404);
    expect((await create(await clientFrom('NO', { role: 'rootAdmin' }))).status).toBe(404);
  });
});
