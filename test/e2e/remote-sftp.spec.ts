import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EventBus } from '../../src/common/events/event-bus.js';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { PasswordHasher } from '../../src/identity/passwords/password-hasher.js';
import { daemonOf, FLAVOURS } from '../support/daemons.js';
import {
  addSubuser,
  changeUser,
  createAdmin,
  createEgg,
  createNode,
  createServer,
  createStaff,
  createUser,
  PASSWORD,
} from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';
import { turnOnTwoFactor } from '../support/two-factor.js';

interface Session {
  user: string;
  server: string;
  permissions: string[];
  ignored_files: string[];
}

let panel: TestPanel;
let egg: TestEgg;
let node: TestNode;
let owner: TestUser;
let server: TestServer;
beforeAll(async () => {
  panel = await startPanel();
  egg = await createEgg(panel, { fileDenylist: ['*.secret', 'keys/'] });
});
beforeEach(async () => {
  // A node and an account of its own for each test: failures are counted for a minute.
  [node, owner] = [await createNode(panel), await createUser(panel)];
  server = await createServer(panel, { owner, node, egg });
});
afterAll(() => panel.close());

const nameOf = (user: Pick<TestUser, 'email'>, { shortId }: Pick<TestServer, 'shortId'> = server): string =>
  `${user.email}.${shortId}`;

const login = (body: object, caller: TestNode = node) =>
  panel.as(caller).post<Session>('/api/remote/sftp/auth', { type: 'password', password: PASSWORD, ...body });

interface Refusal {
  error: string;
  code: string;
  errors: unknown;
}

/** What a refused login is answered, the request's own id aside. */
async function refusalOf(body: object, caller?: TestNode): Promise<Refusal & { status: number }> {
  const { status, body: answer } = await login(body, caller);
  const { error, code, errors } = answer as unknown as Refusal;
  return { status, error, code, errors };
}

const refusal = {
  status: 403,
  error: 'The user name or password is not valid for this server',
  code: 'sftp.refused',
  errors: [{ code: 'sftp.refused', status: '403', detail: 'The user name or password is not valid for this server' }],
};

/** A key pair's public half as a daemon sends it, and the fingerprint under which the panel keeps it. */
function publicKey(): { line: string; fingerprint: string } {
  const { publicKey: key } = generateKeyPairSync('ed25519');
  const raw = key.export({ format: 'der', type: 'spki' }).subarray(-32);
  const part = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const blob = Buffer.concat([part(Buffer.from('ssh-ed25519')), part(raw)]);
  const fingerprint = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { line: `ssh-ed25519 ${blob.toString('base64')}`, fingerprint: `SHA256:${fingerprint}` };
}

async function keyOf(user: TestUser): Promise<string> {
  const { line, fingerprint } = publicKey();
  await panel.prisma.sshKey.create({ data: { userId: user.id, name: 'laptop', publicKey: line, fingerprint } });
  return line;
}

describe('who is let in', () => {
  it('the owner, to everything', async () => {
    const { status, body } = await login({ username: nameOf(owner) });
    expect(status).toBe(200);
    expect(body).toEqual({
      user: owner.uuid,
      server: server.uuid,
      permissions: expect.arrayContaining(['*', 'admin.websocket.install', 'admin.websocket.transfer']),
      ignored_files: ['*.secret', 'keys/'],
    });
  });

  it('the owner, however he writes his name', async () => {
    const username = `${owner.email.toUpperCase()}.${server.shortId.toUpperCase()}`;
    expect((await login({ username })).status).toBe(200);
  });

  it('the owner, with a key', async () => {
    const { status, body } = await login({ type: 'public_key', username: nameOf(owner), password: await keyOf(owner) });
    expect([status, body.user]).toEqual([200, owner.uuid]);
  });

  it('a subuser with files, with all that he may and no more', async () => {
    const subuser = await createUser(panel);
    await addSubuser(panel, server, subuser, ['files', 'console']);
    const { status, body } = await login({ username: nameOf(subuser) });
    expect([status, body.user]).toEqual([200, subuser.uuid]);
    expect(body.permissions).toEqual(
      expect.arrayContaining(['file.sftp', 'file.read', 'file.read-content', 'file.update', 'control.console']),
    );
    expect(body.permissions).not.toContain('*');
    expect(body.permissions).not.toContain('control.start');
  });

  it('staff', async () => {
    const admin = await createAdmin(panel);
    const staff = await createStaff(panel, ['admin:servers:write']);
    expect((await login({ username: nameOf(admin) })).status).toBe(200);
    expect((await login({ username: nameOf(staff) })).status).toBe(200);
  });

  it('of two servers whose uuids begin alike, to the own one', async () => {
    const stranger = await createUser(panel);
    for (let twin = 0; twin < 3; twin++) {
      await createServer(panel, { owner: stranger, node, egg }, { shortId: server.shortId });
    }
    expect((await login({ username: nameOf(owner) })).body.server).toBe(server.uuid);
  });

  it('costs at most four statements', async () => {
    await login({ username: nameOf(owner) });
    expect(await statementsOf(panel, () => login({ username: nameOf(owner) }))).toBeLessThanOrEqual(4);
  });
});

describe('who is refused, with one and the same answer', () => {
  it.each<[string, () => Promise<object>]>([
    ['a wrong password', async () => ({ username: nameOf(owner), password: 'Wrong-horse-7' })],
    ['an empty password', async () => ({ username: nameOf(owner), password: '' })],
    ['an unknown account', async () => ({ username: nameOf({ email: 'nobody@example.test' }) })],
    ['an unknown server', async () => ({ username: nameOf(owner, { shortId: '00000000' }) })],
    ['a name without server', async () => ({ username: owner.email })],
    ['an empty name', async () => ({ username: '' })],
    ['an unknown key', async () => ({ type: 'public_key', username: nameOf(owner), password: publicKey().line })],
    ['a key that is none', async () => ({ type: 'public_key', username: nameOf(owner), password: 'no key' })],
    ['a password sent as a key', async () => ({ type: 'public_key', username: nameOf(owner) })],
    ['a stranger', async () => ({ username: nameOf(await createUser(panel)) })],
    [
      "somebody with another account's key",
      async () => ({ type: 'public_key', username: nameOf(owner), password: await keyOf(await createUser(panel)) }),
    ],
    [
      'a subuser with the console only',
      async () => {
        const subuser = await createUser(panel);
        await addSubuser(panel, server, subuser, ['console', 'power']);
        return { username: nameOf(subuser) };
      },
    ],
    [
      'somebody who has not accepted yet',
      async () => {
        const invited = await createUser(panel);
        await addSubuser(panel, server, invited, ['files'], false);
        return { username: nameOf(invited) };
      },
    ],
    [
      'a suspended account',
      async () => {
        await changeUser(panel, owner, { suspended: true });
        return { username: nameOf(owner) };
      },
    ],
    [
      'the owner of a suspended server',
      async () => {
        const suspended = await createServer(panel, { owner, node, egg }, { suspended: true });
        return { username: nameOf(owner, suspended) };
      },
    ],
    [
      'the owner of a server under a takedown',
      async () => ({ username: nameOf(owner, await createServer(panel, { owner, node, egg }, { dmca: true })) }),
    ],
    [
      'the owner of a server on another node',
      async () => {
        const elsewhere = await createServer(panel, { owner, node: await createNode(panel), egg });
        return { username: nameOf(owner, elsewhere) };
      },
    ],
  ])('%s', async (_name, body) => {
    expect(await refusalOf(await body())).toEqual(refusal);
  });

  it.each([
    ['an unknown method', { type: 'certificate', username: 'x' }],
    ['a missing name', {}],
    ['a name of the wrong type', { username: 7 }],
    ['a password of the wrong type', { username: 'x', password: ['x'] }],
  ])('%s is a malformed request', async (_name, body) => {
    expect((await login(body)).status).toBe(400);
  });

  it('costs the same work whether account and server exist or not', async () => {
    const hasher = panel.app.get(PasswordHasher, { strict: false });
    const workOf = async (username: string): Promise<number> => {
      const before = hasher.comparisons;
      await login({ username, password: 'Wrong-horse-7' });
      return hasher.comparisons - before;
    };
    expect(await workOf(nameOf(owner))).toBe(1);
    expect(await workOf(nameOf({ email: 'nobody@example.test' }))).toBe(1);
    expect(await workOf(nameOf(owner, { shortId: '00000000' }))).toBe(1);
    expect(await workOf('no name at all')).toBe(1);
  });
});

describe('an account with a second factor', () => {
  const settings = () => panel.app.get(PanelSettings);
  afterEach(() => settings().update({ sftpKeyOnlyWithTwoFactor: false }));

  it('is let in with its password, until an admin demands a key of such accounts', async () => {
    await turnOnTwoFactor(panel, owner);
    expect((await login({ username: nameOf(owner) })).status).toBe(200);
    await settings().update({ sftpKeyOnlyWithTwoFactor: true });
    expect(await refusalOf({ username: nameOf(owner) })).toEqual(refusal);
    const key = await keyOf(owner);
    expect((await login({ type: 'public_key', username: nameOf(owner), password: key })).status).toBe(200);
  });

  it('is asked for a key as soon as it has one, and others for none', async () => {
    await settings().update({ sftpKeyOnlyWithTwoFactor: true });
    expect((await login({ username: nameOf(owner) })).status).toBe(200);
    await turnOnTwoFactor(panel, owner);
    expect(await refusalOf({ username: nameOf(owner) })).toEqual(refusal);
  });
});

describe('guessing', () => {
  const guess = (index: number, changes: object = {}) =>
    login({ username: nameOf(owner), password: `Wrong-horse-${index}`, ...changes });

  it('locks the name after five different passwords, with the same answer', async () => {
    for (let index = 0; index < 5; index++) await guess(index);
    expect(await refusalOf({ username: nameOf(owner) })).toEqual(refusal);
    expect(await refusalOf({ username: nameOf(owner).toUpperCase() })).toEqual(refusal);
  });

  it('is locked however the name is spelled', async () => {
    const hasher = panel.app.get(PasswordHasher, { strict: false });
    const before = hasher.comparisons;
    for (let index = 0; index < 8; index++) {
      await guess(index, { username: `${owner.email}${' '.repeat(index)}.${server.shortId}` });
    }
    expect(hasher.comparisons - before).toBe(5);
  });

  it('checks only five of fifty passwords tried at once', async () => {
    const hasher = panel.app.get(PasswordHasher, { strict: false });
    const before = hasher.comparisons;
    await Promise.all(Array.from({ length: 50 }, (_, index) => guess(index)));
    expect(hasher.comparisons - before).toBe(5);
  });

  it('with made-up names costs a node no more than 120 comparisons a minute', async () => {
    const hasher = panel.app.get(PasswordHasher, { strict: false });
    const before = hasher.comparisons;
    await Promise.all(
      Array.from({ length: 150 }, (_, index) => guess(index, { username: `nobody-${index}@x.com.${server.shortId}` })),
    );
    expect(hasher.comparisons - before).toBe(120);
  });

  it('with one wrong password over and over is one failure', async () => {
    for (let index = 0; index < 20; index++) await guess(1);
    for (let index = 2; index < 5; index++) await guess(index);
    expect((await login({ username: nameOf(owner) })).status).toBe(200);
  });

  it('locks nobody else, and not the same name on another node', async () => {
    for (let index = 0; index < 6; index++) await guess(index);
    const subuser = await createUser(panel);
    await addSubuser(panel, server, subuser, ['files']);
    expect((await login({ username: nameOf(subuser) })).status).toBe(200);
    const elsewhere = await createNode(panel);
    const other = await createServer(panel, { owner, node: elsewhere, egg });
    expect((await login({ username: nameOf(owner, other) }, elsewhere)).status).toBe(200);
  });

  it('from one address locks the address for other names', async () => {
    for (let index = 0; index < 5; index++) {
      await login({ username: nameOf({ email: `guess${index}@example.test` }), ip: `203.0.113.9:${50_000 + index}` });
    }
    expect(await refusalOf({ username: nameOf(owner), ip: '203.0.113.9:1234' })).toEqual(refusal);
    expect((await login({ username: nameOf(owner), ip: '203.0.113.10:1234' })).status).toBe(200);
  });

  it('from one IPv6 network locks the network', async () => {
    for (let index = 0; index < 5; index++) {
      const username = nameOf({ email: `guess${index}@example.test` });
      await login({ username, ip: `[2001:db8:1:1:${index}::1]:50123` });
    }
    expect(await refusalOf({ username: nameOf(owner), ip: '[2001:db8:1:1::9]:1234' })).toEqual(refusal);
    expect((await login({ username: nameOf(owner), ip: '[2001:db8:1:2::9]:1234' })).status).toBe(200);
  });

  it('is not what many good logins at once are', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => login({ username: nameOf(owner), ip: '203.0.113.9:1234' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('is not what a client does that offers many keys and then a password', async () => {
    for (let index = 0; index < 10; index++) {
      await login({ type: 'public_key', username: nameOf(owner), password: publicKey().line, ip: '203.0.113.9:1' });
    }
    expect((await login({ username: nameOf(owner), ip: '203.0.113.9:1' })).status).toBe(200);
  });
});

describe('access that ends', () => {
  it('ends at once: subuser, password, account', async () => {
    const subuser = await createUser(panel);
    const { id } = await addSubuser(panel, server, subuser, ['files']);
    expect((await login({ username: nameOf(subuser) })).status).toBe(200);
    await panel.prisma.serverSubuser.delete({ where: { id } });
    panel.app.get(EventBus).publish('server.access_changed', { serverUuid: server.uuid });
    expect((await login({ username: nameOf(subuser) })).status).toBe(403);
    expect((await login({ username: nameOf(owner) })).status).toBe(200);
    await changeUser(panel, owner, { suspended: true });
    expect((await login({ username: nameOf(owner) })).status).toBe(403);
  });
});

describe.each(FLAVOURS)('a %s daemon', (flavour) => {
  it('lets in with password and key, and repeats a wrong password as it does', async () => {
    const daemon = daemonOf(panel, node, flavour);
    await daemon.boot();
    const username = nameOf(owner);
    expect(await daemon.sftpLogin({ username, password: PASSWORD })).toMatchObject({ ok: true, user: owner.uuid });
    expect(await daemon.sftpLogin({ type: 'public_key', username, password: await keyOf(owner) })).toMatchObject({
      ok: true,
      server: server.uuid,
    });
    const attempts = flavour === 'rs' ? 4 : 1;
    for (let index = 0; index < 4; index++) {
      expect(await daemon.sftpLogin({ username, password: `Wrong-horse-${index}` })).toMatchObject({
        ok: false,
        status: 403,
        attempts,
      });
    }
    expect(await daemon.sftpLogin({ username, password: PASSWORD })).toMatchObject({ ok: true });
    await daemon.crash();
  });
});
