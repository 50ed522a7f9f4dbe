import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digest } from '../../src/common/crypto/digest.js';
import { Sealer } from '../../src/common/crypto/sealer.js';
import { NodeSecrets } from '../../src/nodes/directory/node-secrets.js';
import { announce, daemonOf } from '../support/daemons.js';
import { captureLogs } from '../support/logs.js';
import type { CapturedLogs } from '../support/logs.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createCast, PRINCIPAL_NAMES } from '../support/principals.js';
import type { Cast, PrincipalName } from '../support/principals.js';
import { fillPath, nameOf, routesOf } from '../support/routes.js';
import { turnOnTwoFactor } from '../support/two-factor.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';

/** Something that must not come out, and where it may after all. */
interface Marker {
  readonly what: string;
  /** The texts that give it away. */
  readonly texts: readonly string[];
  /** Routes that exist to hand it out. The access table says who may call them. */
  readonly handedOutBy?: readonly string[];
}

const NODE_TOKEN_ROUTES = [
  'GET /api/nodes/:id/token',
  'GET /api/nodes/:id/configuration.yml',
  'GET /api/application/nodes/:id/configuration',
];
const marked = (what: string): string => `MARKER-${what}-${randomBytes(8).toString('hex')}`;

const planted = {
  rootUser: marked('root-user'),
  rootPassword: marked('root-password'),
  hiddenVariable: marked('hidden-variable'),
  strangersVariable: marked('strangers-variable'),
  mailToken: marked('mail-token'),
  pendingToken: marked('pending-token'),
  emailCode: marked('email-code'),
  password: `Aa1-${marked('password')}`,
  query: marked('query'),
  previousToken: marked('previous-token'),
  installToken: marked('install-token'),
};

/** The owner's seed and backup codes. */
const secondFactors: string[] = [];

let panel: TestPanel;
let cast: Cast;
let daemon: SimulatedWings;
let logs: CapturedLogs;
let markers: Marker[];

beforeAll(async () => {
  logs = captureLogs();
  panel = await startPanel({ env: { LOG_LEVEL: 'trace', JWT_SECRET: marked('jwt-secret-of-the-installation') } });
  cast = await createCast(panel);
  await plant();
  markers = await collectMarkers();
  daemon = daemonOf(panel, cast.node, 'rs');
  await daemon.boot();
  await announce(panel, cast.node, daemon);
});
afterAll(async () => {
  await daemon.stop();
  await panel.close();
  logs.stop();
});

/** Puts markers into every column that holds a secret. */
async function plant(): Promise<void> {
  const { prisma } = panel;
  const secrets = new NodeSecrets(panel.app.get(Sealer));
  await prisma.node.updateMany({
    data: secrets.rootColumns({ rootUser: planted.rootUser, rootPassword: planted.rootPassword }),
  });
  const { tokenDigest, tokenSealed } = secrets.tokenColumns(planted.previousToken);
  const soon = new Date(Date.now() + 3_600_000);
  await prisma.node.updateMany({
    where: { id: cast.otherNode.id },
    data: { previousTokenDigest: tokenDigest, previousTokenSealed: tokenSealed, previousTokenUntil: soon },
  });
  await prisma.nodeInstallToken.create({
    data: { nodeId: cast.node.id, digest: digest(planted.installToken), createdBy: 1, expiresAt: soon },
  });
  const environment = (value: string): object => ({ SERVER_JARFILE: 'server.jar', LICENCE_KEY: value });
  await prisma.server.update({
    where: { uuid: cast.server.uuid },
    data: { environment: environment(planted.hiddenVariable) },
  });
  await prisma.server.update({
    where: { uuid: cast.strangersServer.uuid },
    data: { environment: { ...environment(''), SERVER_JARFILE: planted.strangersVariable } },
  });
  const userId = Number(cast.ids['userId']);
  await prisma.emailToken.create({
    data: {
      digest: digest(planted.mailToken),
      purpose: 'password_reset',
      userId,
      email: 'robin@example.test',
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  await plantSecondFactors(userId);
  await prisma.outboundMail.create({
    data: {
      userId,
      toAddress: 'robin@example.test',
      template: 'password-reset',
      subject: 'Reset',
      text: `https://panel.example/reset?token=${planted.mailToken}`,
      html: planted.mailToken,
    },
  });
}

/** A seed in force, one that is pending in the session of the owner, and a sign-in under way with a mailed code. */
async function plantSecondFactors(userId: number): Promise<void> {
  const { seed, backupCodes } = await turnOnTwoFactor(panel, { id: userId });
  secondFactors.push(seed, ...backupCodes);
  await panel.prisma.loginChallenge.create({
    data: {
      userId,
      digest: digest(planted.pendingToken),
      emailCodeDigest: digest(planted.emailCode),
      expiresAt: new Date(Date.now() + 300_000),
    },
  });
}

async function collectMarkers(): Promise<Marker[]> {
  const { prisma, config } = panel;
  const [users, nodes, keys] = [
    await prisma.user.findMany(),
    await prisma.node.findMany(),
    await prisma.apiKey.findMany(),
  ];
  const [factors, backupCodes] = [await prisma.twoFactor.findMany(), await prisma.backupCode.findMany()];
  const { principals } = cast;
  return [
    { what: 'password hashes', texts: users.map(({ passwordHash }) => passwordHash) },
    { what: 'a password', texts: [planted.password] },
    { what: 'daemon tokens', texts: [cast.node.token, cast.otherNode.token], handedOutBy: NODE_TOKEN_ROUTES },
    { what: 'sealed daemon tokens', texts: nodes.map(({ tokenSealed }) => tokenSealed) },
    { what: 'digests of daemon tokens', texts: nodes.flatMap(({ tokenDigest }) => spellings(tokenDigest)) },
    {
      what: 'daemon tokens of before a rotation',
      texts: [
        planted.previousToken,
        ...nodes.flatMap(({ previousTokenSealed }) => previousTokenSealed ?? []),
        ...spellings(digest(planted.previousToken)),
      ],
    },
    { what: 'install tokens', texts: [planted.installToken, ...spellings(digest(planted.installToken))] },
    {
      what: 'root logins of nodes',
      texts: [planted.rootUser, planted.rootPassword],
      handedOutBy: ['GET /api/nodes/:id/credentials'],
    },
    { what: 'API keys', texts: Object.values(principals).flatMap(({ headers }) => headers['x-api-key'] ?? []) },
    { what: 'digests of API keys', texts: keys.flatMap((key) => spellings(key.digest)) },
    {
      what: 'session tokens',
      texts: Object.values(principals).flatMap(({ user, headers }) => bearer(user && headers)),
    },
    { what: 'links sent by mail', texts: [planted.mailToken, ...spellings(digest(planted.mailToken))] },
    { what: 'seeds and backup codes', texts: secondFactors },
    { what: 'sealed seeds', texts: factors.map(({ seedSealed }) => seedSealed) },
    { what: 'digests of backup codes', texts: backupCodes.flatMap((code) => spellings(code.digest)) },
    {
      what: 'sign-ins under way',
      texts: [planted.pendingToken, planted.emailCode].flatMap((text) => [text, ...spellings(digest(text))]),
    },
    { what: 'the secret of the sessions', texts: [config.secrets.jwt.export().toString()] },
    { what: 'the sealing keys', texts: config.secrets.sealing.flatMap(({ key }) => spellings(key.export())) },
  ];
}

const bearer = (headers: Readonly<Record<string, string>> | undefined): string[] =>
  headers?.['authorization'] === undefined ? [] : [headers['authorization'].replace('Bearer ', '')];

function spellings(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  return [buffer.toString('hex'), buffer.toString('base64'), buffer.toString('base64url'), JSON.stringify([...bytes])];
}

/** What every principal gets from every route that reads, without the routes that hand a marker out. */
async function readings(name: PrincipalName): Promise<{ route: string; text: string }[]> {
  const found = [];
  for (const route of routesOf(panel).filter(({ method }) => method === 'GET')) {
    const ids = { ...cast.ids, uuid: cast.server.uuid };
    const answer = await panel
      .as(cast.principals[name])
      .unchecked.get(`${fillPath(route.path, ids)}?search=${planted.query}`);
    found.push({ route: nameOf(route), text: `${JSON.stringify(answer.headers)}\n${answer.text}` });
  }
  return found;
}

describe.each([...PRINCIPAL_NAMES])('what %s reads', (name) => {
  it('holds no secret', async () => {
    const leaks = (await readings(name)).flatMap(({ route, text }) =>
      markers
        .filter(
          ({ texts, handedOutBy = [] }) =>
            !handedOutBy.includes(route) && texts.some((secret) => text.includes(secret)),
        )
        .map(({ what }) => `${route} shows ${what}`),
    );
    expect(leaks).toEqual([]);
  });
});

describe('variables of a server', () => {
  const showing = async (name: PrincipalName, secret: string): Promise<string[]> =>
    (await readings(name)).filter(({ text }) => text.includes(secret)).map(({ route }) => route);

  it.each(['owner', 'subuser', 'subuserWithout', 'clientKey'] as const)(
    'that users may not see stay hidden from %s',
    async (name) => {
      expect(await showing(name, planted.hiddenVariable)).toEqual([]);
    },
  );

  it.each(['owner', 'subuser', 'clientKey', 'node'] as const)('of others stay hidden from %s', async (name) => {
    expect(await showing(name, planted.strangersVariable)).toEqual([]);
  });

  it('reach the daemon that runs the server', async () => {
    expect(await showing('node', planted.hiddenVariable)).toEqual([
      'GET /api/remote/servers',
      'GET /api/remote/servers/:uuid',
      'GET /api/remote/servers/:uuid/install',
    ]);
  });
});

describe('an egg that asks for secrets of the panel', () => {
  it('gets none into what the daemon is sent', async () => {
    const startup =
      '{{config.token}} {{config.jwt}} {{env.JWT_SECRET}} ${JWT_SECRET} {{{{SERVER_JARFILE}}}} {{server.owner.password}}';
    await panel.prisma.server.update({
      where: { uuid: cast.server.uuid },
      data: { startup, environment: { SERVER_JARFILE: '{{config.token}}{{node.token}}', LICENCE_KEY: '' } },
    });
    const page = await panel.as(cast.principals.node).get('/api/remote/servers?per_page=50');
    const leaked = markers.filter(({ texts }) => texts.some((secret) => page.text.includes(secret)));
    expect(leaked.map(({ what }) => what)).toEqual([]);
  });
});

describe('what the panel logs', () => {
  it('holds no secret, whatever was sent', async () => {
    const { rootAdmin, owner } = cast.principals;
    const email = owner.user?.email ?? '';
    const register = {
      email: `${randomUUID()}@example.test`,
      password: planted.password,
      firstName: 'A',
      lastName: 'B',
    };
    await panel.http.post('/api/users/register', register);
    await panel.http.post('/api/auth/login', { email, password: planted.password });
    await panel.http.post('/api/auth/login', { email: register.email, password: planted.password });
    await panel.http.post('/api/auth/password-reset/confirm', { token: planted.mailToken, password: planted.password });
    await panel.http.get(`/api/auth/verify-email?token=${planted.mailToken}`);
    const [seed = '', backupCode] = secondFactors;
    const second = { tempToken: planted.pendingToken, token: seed.slice(0, 32), backupCode, emailCode: backupCode };
    await panel.http.post('/api/auth/2fa/verify-login', second);
    await panel.http.post('/api/auth/2fa/send-email', { tempToken: planted.pendingToken });
    await panel.as(owner).post('/api/auth/2fa/disable', { token: seed });
    await panel.as(owner).post('/api/auth/2fa/verify', { token: backupCode, secret: seed });
    await panel.as(owner).put('/api/users/me', { password: planted.password, currentPassword: planted.password });
    await panel.as(rootAdmin).put(`/api/nodes/${cast.node.id}/credentials`, {
      rootUser: planted.rootUser,
      rootPassword: planted.rootPassword,
    });
    await panel.as(rootAdmin).post('/api/nodes', { name: 'x', url: 'not an address', token: cast.node.token });
    await panel.http.post('/api/auth/login', `{"password":"${planted.password}", broken`);

    expect(logs.lines.length).toBeGreaterThan(100);
    const leaked = [...markers, { what: 'query strings', texts: [planted.query] }].filter(({ texts }) =>
      logs.lines.some((line) => texts.some((secret) => line.includes(secret))),
    );
    expect(leaked.map(({ what }) => what)).toEqual([]);
  });

  it('is captured at all', () => {
    expect(logs.lines.some((line) => line.includes('/api/auth/login'))).toBe(true);
  });
});
