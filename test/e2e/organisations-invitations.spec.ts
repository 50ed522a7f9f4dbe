import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  addMember,
  changeUser,
  createOrganisation,
  createStaff,
  createUser,
  openSession,
  unique,
} from '../support/factories.js';
import type { TestOrganisation, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

interface Invite {
  id: number;
  email: string;
  accepted: boolean;
  orgRole: string;
}

let panel: TestPanel;
let organisation: TestOrganisation;
let owner: TestUser;
let asOwner: HttpClient;
let path: string;

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const address = (): string => `${unique()}@example.test`;
const invite = (email: string, more: object = {}, client = asOwner) =>
  client.post<{ success: boolean; token: string; error?: string }>(`${path}/invite`, { email, ...more });
const invites = async (): Promise<Invite[]> => (await asOwner.get<{ invites: Invite[] }>(path)).body.invites;
const only = async (): Promise<Invite> => {
  const [first] = await invites();
  if (first === undefined) throw new Error('There is no invitation');
  return first;
};
const linkTokenTo = async (email: string): Promise<string> => {
  const [link] = linksIn(await mailTo(panel.prisma, email, 'organisation-invite'));
  return link?.searchParams.get('token') ?? '';
};
const roleOf = async (user: TestUser): Promise<string | undefined> => {
  const where = { userId: user.id, organisationId: organisation.id };
  return (await panel.prisma.organisationMember.findFirst({ where }))?.orgRole;
};
const expire = (where: object) =>
  panel.prisma.organisationInvite.updateMany({ where, data: { expiresAt: new Date(Date.now() - 1000) } });

beforeAll(async () => {
  panel = await startPanel({ env: { FRONTEND_URL: 'https://ui.host.example' } });
});
afterAll(() => panel.close());

beforeEach(async () => {
  owner = await createUser(panel);
  organisation = await createOrganisation(panel, owner);
  asOwner = await as(owner);
  path = `/api/organisations/${organisation.id}`;
});

describe('an invitation', () => {
  it('is mailed with a link to the accepting page, and only its digest is stored', async () => {
    const email = address();
    const { body } = await invite(` ${email.toUpperCase()} `);
    const mail = await mailTo(panel.prisma, email, 'organisation-invite');
    const [link] = linksIn(mail);
    expect(mail.subject).toBe(`Invitation to join ${organisation.name}`);
    expect(String(link)).toBe(`https://ui.host.example/organisations/accept?token=${body.token}`);
    const row = await panel.prisma.organisationInvite.findFirstOrThrow({ where: { email } });
    expect(Buffer.from(row.digest).toString('hex')).not.toContain(body.token);
    const days = (row.expiresAt.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
    expect(await invites()).toMatchObject([{ email, accepted: false, orgRole: 'member' }]);
  });

  it('greets whoever has an account in his language', async () => {
    const user = await createUser(panel, { firstName: 'Грейс', settings: { locale: 'ru' } });
    await invite(user.email);
    const { text, subject } = await mailTo(panel.prisma, user.email, 'organisation-invite');
    expect(text).toContain('Грейс');
    expect(subject).toBe(`Приглашение в организацию ${organisation.name}`);
  });

  it('is answered the same way whether or not the address has an account', async () => {
    const user = await createUser(panel);
    const [known, unknown] = [await invite(user.email), await invite(address())];
    expect([known.status, Object.keys(known.body)]).toEqual([unknown.status, Object.keys(unknown.body)]);
  });

  it.each([
    [{}, 'email required'],
    [{ email: '' }, 'email required'],
    [{ email: 'not an address' }, 'email required'],
    [{ email: 'a@example.test\nBcc: b@example.test' }, 'email required'],
    [{ email: ['a@example.test'] }, 'email required'],
    [{ email: 'a@example.test', role: 'owner' }, 'Invalid role'],
  ])('is refused for %j', async (body, error) => {
    expect(await asOwner.post(`${path}/invite`, body)).toMatchObject({ status: 400, body: { error } });
    expect(await invites()).toEqual([]);
  });

  it('is refused to oneself, to members and while one is open', async () => {
    const [member, email] = [await createUser(panel), address()];
    await addMember(panel, organisation, member);
    expect(await invite(owner.email)).toMatchObject({ status: 400, body: { error: 'Cannot invite yourself' } });
    const taken = await invite(member.email.toUpperCase());
    expect(taken).toMatchObject({ status: 409, body: { error: 'User already in organisation' } });
    await invite(email);
    expect(await invite(email)).toMatchObject({ status: 409, body: { error: 'Invite already sent' } });
    await expire({ email });
    expect((await invite(email)).status).toBe(200);
    expect(await invites()).toHaveLength(1);
  });

  it('with the role admin comes only from the owner or staff', async () => {
    const admin = await createUser(panel);
    await addMember(panel, organisation, admin, 'admin');
    const asAdmin = await as(admin);
    expect((await invite(address(), { role: 'admin' }, asAdmin)).status).toBe(403);
    expect((await invite(address(), {}, asAdmin)).status).toBe(200);
    expect((await invite(address(), { orgRole: 'admin' })).status).toBe(200);
    const staff = await as(await createStaff(panel, ['org:write']));
    expect((await invite(address(), { role: 'admin' }, staff)).status).toBe(200);
    expect((await invites()).map(({ orgRole }) => orgRole)).toEqual(['member', 'admin', 'admin']);
  });

  it('is sent at most fifty times a day for one organisation', async () => {
    for (let index = 0; index < 50; index++) expect((await invite(address())).status).toBe(200);
    const refused = await invite(address());
    expect(refused).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(await invites()).toHaveLength(50);
  });
});

describe('sending an invitation again', () => {
  it('replaces the link, once a minute', async () => {
    const user = await createUser(panel);
    const { body } = await invite(user.email);
    const { id } = await only();
    expect((await asOwner.post(`${path}/invite/${id}/resend`)).body).toEqual({ success: true });
    const renewed = await until('the second mail is there', async () => {
      const token = await linkTokenTo(user.email);
      return token === body.token ? undefined : token;
    });
    expect((await asOwner.post(`${path}/invite/${id}/resend`)).status).toBe(429);
    const client = await as(user);
    const old = await client.post('/api/organisations/accept-invite', { token: body.token });
    expect(old).toMatchObject({ status: 400, body: { error: 'Invalid invite' } });
    expect((await client.post('/api/organisations/accept-invite', { token: renewed })).status).toBe(200);
    const again = await asOwner.post(`${path}/invite/${id}/resend`);
    expect(again).toMatchObject({ status: 400, body: { error: 'Invite already accepted' } });
  });

  it('and revoking are refused for invitations of another organisation', async () => {
    const other = await createOrganisation(panel, owner);
    await invite(address());
    const { id } = await only();
    const elsewhere = `/api/organisations/${other.id}/invite/${id}`;
    for (const answer of [await asOwner.post(`${elsewhere}/resend`), await asOwner.delete(elsewhere)]) {
      expect(answer).toMatchObject({ status: 404, body: { error: 'Invite not found' } });
    }
    expect(await invites()).toHaveLength(1);
  });
});

it('a revoked invitation opens nothing any more', async () => {
  const user = await createUser(panel);
  const { body } = await invite(user.email);
  const { id } = await only();
  expect((await asOwner.delete(`${path}/invite/${id}`)).body).toEqual({ success: true });
  expect((await asOwner.delete(`${path}/invite/${id}`)).status).toBe(404);
  const client = await as(user);
  expect((await client.post('/api/organisations/accept-invite', { token: body.token })).status).toBe(400);
  expect((await client.post(`/api/organisations/invites/${id}/accept`)).status).toBe(404);
});

describe('accepting by the mailed link', () => {
  const accept = (client: HttpClient, token: unknown) => client.post('/api/organisations/accept-invite', { token });

  it('makes the invited person what he was invited as, once', async () => {
    const user = await createUser(panel, { emailVerified: false });
    await invite(user.email, { role: 'admin' });
    const [client, token] = [await as(user), await linkTokenTo(user.email)];
    expect((await client.get(path)).status).toBe(403);
    const { body } = await accept(client, token);
    expect(body).toEqual({ success: true, organisationId: organisation.id });
    expect((await client.get(`${path}/users`)).status).toBe(200);
    expect(await roleOf(user)).toBe('admin');
    expect(await accept(client, token)).toMatchObject({ status: 400, body: { error: 'Invalid invite' } });
    expect(await invites()).toMatchObject([{ accepted: true }]);
  });

  it('is refused to another account, and stays good for the right one', async () => {
    const [user, thief] = [await createUser(panel), await createUser(panel)];
    await invite(user.email);
    const token = await linkTokenTo(user.email);
    expect(await accept(await as(thief), token)).toMatchObject({ status: 403, body: { error: 'Email mismatch' } });
    expect(await roleOf(thief)).toBeUndefined();
    expect((await accept(await as(user), token)).status).toBe(200);
  });

  it('is refused after seven days, and for what is no link', async () => {
    const user = await createUser(panel);
    const { body } = await invite(user.email);
    await expire({ email: user.email });
    const client = await as(user);
    for (const token of [body.token, '', 'f'.repeat(64), 'x'.repeat(300), 7, null, undefined, { $ne: '' }]) {
      expect(await accept(client, token)).toMatchObject({ status: 400, body: { error: 'Invalid invite' } });
    }
    expect(await roleOf(user)).toBeUndefined();
  });

  it('leaves the role of somebody who is a member already', async () => {
    const user = await createUser(panel);
    await invite(user.email);
    await addMember(panel, organisation, user, 'admin');
    expect((await accept(await as(user), await linkTokenTo(user.email))).status).toBe(200);
    expect(await roleOf(user)).toBe('admin');
  });
});

describe("one's open invitations", () => {
  it('are listed, accepted and rejected by whoever has the verified address', async () => {
    const user = await createUser(panel);
    const other = await createOrganisation(panel, owner);
    await invite(user.email);
    await asOwner.post(`/api/organisations/${other.id}/invite`, { email: user.email });
    const client = await as(user);
    const { body } = await client.get<{ id: number; createdAt: string }[]>('/api/organisations/invites');
    const [first, second] = body;
    const item = { email: user.email, organisationExists: true };
    expect(body).toEqual([
      { ...item, ...first, organisationId: organisation.id, organisationName: organisation.name },
      { ...item, ...second, organisationId: other.id, organisationName: other.name },
    ]);
    const url = `/api/organisations/invites/`;
    expect((await client.post(`${url}${first?.id}/accept`)).body).toEqual({ success: true });
    expect((await client.post(`${url}${second?.id}/reject`)).body).toEqual({ success: true });
    expect((await client.get('/api/organisations/invites')).body).toEqual([]);
    expect((await client.get<{ id: number }[]>('/api/organisations')).body.map(({ id }) => id)).toEqual([
      organisation.id,
    ]);
    for (const answer of ['accept', 'reject']) {
      expect(await client.post(`${url}${first?.id}/${answer}`)).toMatchObject({
        status: 404,
        body: { error: 'Invite not found' },
      });
    }
    const log = { targetType: 'organisation', action: 'org:reject_invite', targetId: String(other.id) };
    expect(await panel.prisma.activityEntry.count({ where: log })).toBe(1);
  });

  it('are nothing for other accounts, or before the address is verified', async () => {
    const [user, stranger] = [await createUser(panel, { emailVerified: false }), await createUser(panel)];
    await invite(user.email);
    const { id } = await only();
    for (const client of [await as(user), await as(stranger)]) {
      for (const answer of ['accept', 'reject']) {
        const refused = await client.post(`/api/organisations/invites/${id}/${answer}`);
        expect(refused).toMatchObject({ status: 403, body: { error: 'Forbidden' } });
      }
    }
    expect((await (await as(stranger)).get('/api/organisations/invites')).body).toEqual([]);
    await changeUser(panel, user, { emailVerified: true });
    expect((await (await as(user)).post(`/api/organisations/invites/${id}/accept`)).status).toBe(200);
  });

  it('that have run out are not there', async () => {
    const user = await createUser(panel);
    await invite(user.email);
    const { id } = await only();
    await expire({ id });
    const client = await as(user);
    expect((await client.get('/api/organisations/invites')).body).toEqual([]);
    expect((await client.post(`/api/organisations/invites/${id}/accept`)).status).toBe(404);
  });
});
