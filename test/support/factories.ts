import { randomBytes, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { hash } from '@node-rs/argon2';
import { digest, randomSecret } from '../../src/common/crypto/digest.js';
import { Sealer } from '../../src/common/crypto/sealer.js';
import { EventBus } from '../../src/common/events/event-bus.js';
import type { Prisma } from '../../src/generated/prisma/client.js';
import { SessionTokens } from '../../src/identity/principals/session-tokens.js';
import { NodeSecrets } from '../../src/nodes/directory/node-secrets.js';
import type { RequestHeaders } from './http.js';
import type { TestPanel } from './panel.js';

/** Meets the password rules; every made-up account has it. */
export const PASSWORD = 'Correct-horse-7';

let count = 0;
/** A short text that no other row of the run has. */
export const unique = (): string => `${(++count).toString(36)}${randomBytes(4).toString('hex')}`;

let passwordHash: Promise<string> | undefined;
const hashOfPassword = (): Promise<string> =>
  (passwordHash ??= hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 }));

export interface TestUser {
  readonly id: number;
  readonly uuid: string;
  readonly email: string;
  readonly password: string;
}

/** An account with a verified address and everything unlimited. */
export async function createUser(panel: TestPanel, values: Partial<Prisma.UserCreateInput> = {}): Promise<TestUser> {
  const user = await panel.prisma.user.create({
    data: {
      email: `${unique()}@example.test`,
      passwordHash: await hashOfPassword(),
      firstName: 'Robin',
      lastName: 'Example',
      emailVerified: true,
      ...values,
    },
    select: { id: true, uuid: true, email: true },
  });
  return { ...user, password: PASSWORD };
}

/** An account that holds every permission. */
export const createAdmin = (panel: TestPanel, values: Partial<Prisma.UserCreateInput> = {}): Promise<TestUser> =>
  createUser(panel, { role: 'rootAdmin', ...values });

/** An account with a role of its own that grants exactly these permissions. */
export async function createStaff(panel: TestPanel, permissions: readonly string[]): Promise<TestUser> {
  const user = await createUser(panel);
  const role = await createRole(panel, permissions);
  await panel.prisma.userRole.create({ data: { userId: user.id, roleId: role.id } });
  return user;
}

export interface TestRole {
  readonly id: number;
  readonly name: string;
}

export function createRole(panel: TestPanel, permissions: readonly string[], parentRoleId?: number): Promise<TestRole> {
  return panel.prisma.role.create({
    data: {
      name: `role ${unique()}`,
      parentRoleId: parentRoleId ?? null,
      permissions: { create: permissions.map((value) => ({ value })) },
    },
    select: { id: true, name: true },
  });
}

export interface TestSession {
  readonly sessionId: string;
  readonly token: string;
  readonly headers: RequestHeaders;
}

const SESSION_SECONDS = 86_400;

/** A live session of an account, as a login makes one; works for suspended accounts too. */
export async function openSession(panel: TestPanel, user: Pick<TestUser, 'id'>): Promise<TestSession> {
  const { id: sessionId } = await panel.prisma.session.create({
    data: {
      userId: user.id,
      ip: '127.0.0.1',
      userAgent: 'tests',
      expiresAt: new Date(Date.now() + SESSION_SECONDS * 1000),
    },
    select: { id: true },
  });
  const token = panel.app.get(SessionTokens).sign({ userId: user.id, sessionId });
  return { sessionId, token, headers: { authorization: `Bearer ${token}` } };
}

export interface TestApiKey {
  readonly id: number;
  readonly key: string;
  readonly headers: RequestHeaders;
}

export async function createApiKey(
  panel: TestPanel,
  user: Pick<TestUser, 'id'>,
  values: Partial<Pick<Prisma.ApiKeyUncheckedCreateInput, 'type' | 'expiresAt'>> & {
    readonly permissions?: readonly string[];
    /** Binds the key to these servers. */
    readonly servers?: readonly string[];
    /** Binds the key to this organisation, of which its owner must be a member. */
    readonly organisationId?: number;
    readonly allowedIps?: readonly string[];
  } = {},
): Promise<TestApiKey> {
  const key = randomSecret();
  const { id } = await panel.prisma.apiKey.create({
    data: {
      userId: user.id,
      name: `key ${unique()}`,
      digest: digest(key),
      lastFour: key.slice(-4),
      type: values.type ?? 'client',
      expiresAt: values.expiresAt ?? null,
      permissions: [...(values.permissions ?? [])],
      allowedIps: [...(values.allowedIps ?? [])],
      servers: [...(values.servers ?? [])],
      organisationId: values.organisationId ?? null,
    },
    select: { id: true },
  });
  return { id, key, headers: { 'x-api-key': key } };
}

/** A completed export that a person asked for, with an archive of one piece. */
export async function createExport(
  panel: TestPanel,
  user: Pick<TestUser, 'id'>,
  values: Partial<Prisma.ExportJobUncheckedCreateInput> = {},
): Promise<{ readonly id: string }> {
  const data = new Uint8Array(gzipSync('an archive'));
  return panel.prisma.exportJob.create({
    data: {
      userId: user.id,
      status: 'completed',
      progress: 100,
      sizeBytes: data.length,
      completedAt: new Date(),
      expiresAt: new Date(Date.now() + 86_400_000),
      chunks: { create: { position: 0, data } },
      ...values,
    },
    select: { id: true },
  });
}

export interface TestNode {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly tokenId: string;
  /** The daemon token in clear. */
  readonly token: string;
  /** What its daemon sends. */
  readonly headers: RequestHeaders;
}

/** A node that is healthy and open for servers of every portal. */
export async function createNode(panel: TestPanel, values: Partial<Prisma.NodeCreateInput> = {}): Promise<TestNode> {
  const token = randomSecret();
  const secrets = new NodeSecrets(panel.app.get(Sealer));
  const node = await panel.prisma.node.create({
    data: {
      name: `node ${unique()}`,
      // Port 1 answers nobody: tests that need a daemon give the address of a simulated one.
      url: 'http://127.0.0.1:1',
      useSsl: false,
      nodeType: 'free_and_paid',
      tokenId: randomBytes(8).toString('hex'),
      ...secrets.tokenColumns(token),
      healthStatus: 'ok',
      healthCheckedAt: new Date(),
      lastSeenAt: new Date(),
      // Probes would find nobody and mark it unhealthy.
      nextProbeAt: new Date(Date.now() + 86_400_000),
      ...values,
    },
    select: { id: true, uuid: true, name: true, tokenId: true },
  });
  const authorization = `Bearer ${node.tokenId}.${token}`;
  return {
    ...node,
    token,
    headers: { authorization, 'user-agent': `Pterodactyl Wings/v1.11.13 (id:${node.tokenId})` },
  };
}

export interface TestAllocation {
  readonly id: number;
  readonly ip: string;
  readonly port: number;
}

/** Free ports of a node, from `from` upwards. */
export function createAllocations(
  panel: TestPanel,
  node: Pick<TestNode, 'id'>,
  { ip = '203.0.113.7', from = 25_565, amount = 1 }: { ip?: string; from?: number; amount?: number } = {},
): Promise<TestAllocation[]> {
  const ports = Array.from({ length: amount }, (_, index) => ({ nodeId: node.id, ip, port: from + index }));
  return panel.prisma.allocation.createManyAndReturn({ data: ports, select: { id: true, ip: true, port: true } });
}

export interface TestEgg {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
}

/** A small egg with one variable that users may change and one that they may not even see. */
export function createEgg(panel: TestPanel, values: Partial<Prisma.EggCreateInput> = {}): Promise<TestEgg> {
  return panel.prisma.egg.create({
    data: {
      name: `egg ${unique()}`,
      author: 'eggs@example.test',
      dockerImage: 'ghcr.io/example/java:21',
      dockerImages: { 'Java 21': 'ghcr.io/example/java:21', 'Java 17': 'ghcr.io/example/java:17' },
      startup: 'java -Xmx{{SERVER_MEMORY}}M -jar {{SERVER_JARFILE}}',
      envVars: [
        variable('Jar file', 'SERVER_JARFILE', 'server.jar', true, 'required|string|max:64'),
        variable('Licence', 'LICENCE_KEY', '', false, 'nullable|string|max:64'),
      ],
      processConfig: {
        startup: { done: [')! For help, type '], user_interaction: [], strip_ansi: false },
        stop: { type: 'command', value: 'stop' },
        configs: [],
      },
      installScript: { script: 'echo installed', container: 'ghcr.io/example/installer', entrypoint: 'bash' },
      ...values,
    },
    select: { id: true, uuid: true, name: true },
  });
}

function variable(name: string, key: string, value: string, isOpen: boolean, rules: string): Prisma.InputJsonObject {
  return {
    name,
    description: `${name} of the server`,
    env_variable: key,
    default_value: value,
    user_viewable: isOpen,
    user_editable: isOpen,
    rules,
    field_type: 'text',
  };
}

export interface TestServer {
  readonly uuid: string;
  readonly shortId: string;
  readonly name: string;
  readonly nodeId: number;
  readonly ownerId: number;
  readonly eggId: number;
}

export interface ServerParts {
  readonly owner: Pick<TestUser, 'id'>;
  readonly node: Pick<TestNode, 'id'>;
  readonly egg: Pick<TestEgg, 'id'>;
}

let nextPort = 30_000;

/** An installed server with a default allocation of its own. */
export async function createServer(
  panel: TestPanel,
  { owner, node, egg }: ServerParts,
  values: Partial<Prisma.ServerUncheckedCreateInput> = {},
): Promise<TestServer> {
  const uuid = randomUUID();
  const server = await panel.prisma.server.create({
    data: {
      uuid,
      shortId: uuid.slice(0, 8),
      name: `server ${unique()}`,
      ownerId: owner.id,
      nodeId: node.id,
      eggId: egg.id,
      memory: 1024,
      disk: 10_240,
      cpu: 100,
      dockerImage: 'ghcr.io/example/java:21',
      startup: 'java -Xmx{{SERVER_MEMORY}}M -jar {{SERVER_JARFILE}}',
      environment: { SERVER_JARFILE: 'server.jar' },
      installState: 'installed',
      installedAt: new Date(),
      ...values,
    },
    select: { uuid: true, shortId: true, name: true, nodeId: true, ownerId: true, eggId: true },
  });
  await panel.prisma.allocation.create({
    data: { nodeId: node.id, ip: '203.0.113.7', port: nextPort++, serverUuid: uuid, isDefault: true },
  });
  return server;
}

/** Somebody who may do a part of what the owner may; accepted unless said otherwise. */
export async function addSubuser(
  panel: TestPanel,
  server: Pick<TestServer, 'uuid'>,
  user: Pick<TestUser, 'id'>,
  permissions: readonly string[],
  accepted = true,
): Promise<{ id: number }> {
  const entry = await panel.prisma.serverSubuser.create({
    data: { serverUuid: server.uuid, userId: user.id, permissions: [...permissions], accepted },
    select: { id: true },
  });
  panel.app.get(EventBus).publish('server.access_changed', { serverUuid: server.uuid });
  return entry;
}

export interface TestOrganisation {
  readonly id: number;
  readonly name: string;
  readonly handle: string;
}

/** An organisation with its owner's membership. */
export async function createOrganisation(
  panel: TestPanel,
  owner: Pick<TestUser, 'id'>,
  values: Partial<Prisma.OrganisationUncheckedCreateInput> = {},
): Promise<TestOrganisation> {
  const organisation = await panel.prisma.organisation.create({
    data: {
      name: `organisation ${unique()}`,
      handle: `${unique()}.example.test`,
      ownerId: owner.id,
      members: { create: { userId: owner.id, orgRole: 'owner' } },
      ...values,
    },
    select: { id: true, name: true, handle: true },
  });
  panel.app.get(EventBus).publish('user.changed', { userId: owner.id });
  return organisation;
}

/** Makes somebody a member behind the panel's back and tells the panel. */
export async function addMember(
  panel: TestPanel,
  organisation: Pick<TestOrganisation, 'id'>,
  user: Pick<TestUser, 'id'>,
  orgRole: 'member' | 'admin' = 'member',
): Promise<void> {
  const data = { organisationId: organisation.id, userId: user.id, orgRole };
  await panel.prisma.organisationMember.create({ data, select: { id: true } });
  panel.app.get(EventBus).publish('user.changed', { userId: user.id });
}

/** Changes an account behind the panel's back and tells the panel, as the owning service would. */
export async function changeUser(
  panel: TestPanel,
  user: Pick<TestUser, 'id'>,
  values: Prisma.UserUpdateInput,
): Promise<void> {
  await panel.prisma.user.update({ where: { id: user.id }, data: values, select: { id: true } });
  panel.app.get(EventBus).publish('user.changed', { userId: user.id });
}
