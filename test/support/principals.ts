import { Sealer } from '../../src/common/crypto/sealer.js';
import {
  addSubuser,
  createExport,
  changeUser,
  createAdmin,
  createAllocations,
  createApiKey,
  createEgg,
  createNode,
  createOrganisation,
  createRole,
  createServer,
  createStaff,
  createUser,
  openSession,
} from './factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from './factories.js';
import type { Caller } from './http.js';
import { createPersonFiles } from './people-files.js';
import type { TestPanel } from './panel.js';
import type { PathValues } from './routes.js';

/** How somebody proves who he is. */
export type ProofKind = 'none' | 'session' | 'client-key' | 'admin-key' | 'node';

/** Somebody who tries routes, and what a matrix must know of him. */
export interface Principal extends Caller {
  readonly name: PrincipalName;
  readonly proof: ProofKind;
  /** The account behind it; absent for nobody and for daemons. */
  readonly user?: TestUser;
}

export const PRINCIPAL_NAMES = [
  'nobody',
  'owner',
  'stranger',
  'subuser',
  'subuserWithout',
  'staff',
  'staffWithout',
  'rootAdmin',
  'clientKey',
  'clientKeyWithout',
  'strangersKey',
  'adminKey',
  'suspendedOwner',
  'node',
  'otherNode',
] as const;

export type PrincipalName = (typeof PRINCIPAL_NAMES)[number];

/** Everybody who may try, around one server. */
export interface Cast {
  readonly principals: Readonly<Record<PrincipalName, Principal>>;
  /** Belongs to `owner`, on `node`. */
  readonly server: TestServer;
  /** Belongs to `suspendedOwner`, on `node`. */
  readonly suspendedOwnersServer: TestServer;
  /** Belongs to `stranger`, on `otherNode`. */
  readonly strangersServer: TestServer;
  readonly egg: TestEgg;
  readonly node: TestNode;
  readonly otherNode: TestNode;
  /** For the parameters of paths: things of the owner, or that belong to nobody in particular. */
  readonly ids: PathValues;
  /** The same with the things of the stranger. */
  readonly strangersIds: PathValues;
}

export const DELEGABLE = [
  'console',
  'power',
  'files',
  'backups',
  'startup',
  'settings',
  'databases',
  'schedules',
  'subusersd',
  'activity',
  'stats',
  'network',
  'mounts',
  'file-sharing',
] as const;

/** A permission that no route asks for: its holder has a role, so the role `default` does not count for him. */
const IRRELEVANT = 'matrix:nothing';

/** The server came from another node, and its node was drained once: there is something to show. */
async function addHistory(panel: TestPanel, { uuid, nodeId }: TestServer): Promise<void> {
  const before = await createNode(panel, { deploymentsDisabled: true });
  const ended = { endedAt: new Date(), state: 'completed' } as const;
  const nodes = { sourceNodeId: before.id, targetNodeId: nodeId };
  await panel.prisma.serverTransfer.create({ data: { serverUuid: uuid, ...nodes, ...ended, deadlineAt: new Date() } });
  await panel.prisma.nodeDrain.create({ data: { nodeId, ...ended } });
}

/**
 * Makes the cast of the who-may-call matrix.
 *
 * | name | who |
 * |---|---|
 * | nobody | no credential |
 * | owner, stranger | accounts with the role `default`; each owns a server |
 * | subuser, subuserWithout | accepted entries on the owner's server: everything delegable, or nothing |
 * | staff, staffWithout | an assigned role with `*`, or with nothing that matters |
 * | rootAdmin | holds everything |
 * | clientKey, clientKeyWithout | the owner's keys: `*`, or nothing that matters |
 * | strangersKey | the stranger's key with `*` |
 * | adminKey | an admin key of the rootAdmin |
 * | suspendedOwner | a suspended account with a live session |
 * | node, otherNode | daemons |
 */
export async function createCast(panel: TestPanel): Promise<Cast> {
  const [node, otherNode, egg] = [await createNode(panel), await createNode(panel), await createEgg(panel)];
  await createAllocations(panel, node, { amount: 3 });
  const owner = await createUser(panel);
  const stranger = await createUser(panel);
  const suspendedOwner = await createUser(panel);
  const rootAdmin = await createAdmin(panel);
  const server = await createServer(panel, { owner, node, egg });
  await addHistory(panel, server);
  const suspendedOwnersServer = await createServer(panel, { owner: suspendedOwner, node, egg });
  const strangersServer = await createServer(panel, { owner: stranger, node: otherNode, egg });
  const [subuser, subuserWithout] = [await createUser(panel), await createUser(panel)];
  await addSubuser(panel, server, subuser, DELEGABLE);
  await addSubuser(panel, server, subuserWithout, []);
  const session = (name: PrincipalName, user: TestUser): Promise<Principal> => sessionOf(panel, name, user);

  const principals = {
    nobody: { name: 'nobody', proof: 'none', headers: {} },
    owner: await session('owner', owner),
    stranger: await session('stranger', stranger),
    subuser: await session('subuser', subuser),
    subuserWithout: await session('subuserWithout', subuserWithout),
    staff: await session('staff', await createStaff(panel, ['*'])),
    staffWithout: await session('staffWithout', await createStaff(panel, [IRRELEVANT])),
    rootAdmin: await session('rootAdmin', rootAdmin),
    clientKey: await keyOf(panel, 'clientKey', owner, ['*']),
    clientKeyWithout: await keyOf(panel, 'clientKeyWithout', owner, [IRRELEVANT]),
    strangersKey: await keyOf(panel, 'strangersKey', stranger, ['*']),
    adminKey: await keyOf(panel, 'adminKey', rootAdmin, 'admin'),
    suspendedOwner: await session('suspendedOwner', suspendedOwner),
    node: { name: 'node', proof: 'node', headers: node.headers },
    otherNode: { name: 'otherNode', proof: 'node', headers: otherNode.headers },
  } satisfies Record<PrincipalName, Principal>;
  await changeUser(panel, suspendedOwner, { suspended: true });
  const shared = {
    eggs: String(egg.id),
    ...(await idsOfMount(panel, server)),
    'backup-configurations': await idOfBackupConfiguration(panel),
    jobs: 'panel.retention',
    ...(await idsOfRole(panel)),
    ...(await idsOfNode(panel, node)),
    ...(await idsOfRollout(panel)),
  };
  return {
    principals,
    server,
    suspendedOwnersServer,
    strangersServer,
    egg,
    node,
    otherNode,
    ids: {
      ...shared,
      nodes: String(node.id),
      ...(await idsAround(panel, owner, server, suspendedOwnersServer)),
      revisions: '1',
    },
    strangersIds: {
      ...shared,
      nodes: String(otherNode.id),
      ...(await idsAround(panel, stranger, strangersServer, suspendedOwnersServer)),
    },
  };
}

async function idOfBackupConfiguration(panel: TestPanel): Promise<string> {
  const data = { name: 'on the node', adapter: 'wings' };
  const { id } = await panel.prisma.backupConfiguration.create({ data, select: { id: true } });
  return String(id);
}

async function idsOfMount(panel: TestPanel, server: TestServer): Promise<PathValues> {
  const data = {
    name: 'maps',
    source: '/srv/mounts/maps',
    target: '/mnt/maps',
    servers: { create: { serverUuid: server.uuid } },
  };
  const { id } = await panel.prisma.mount.create({ data, select: { id: true } });
  return { mounts: String(id), mountId: String(id) };
}

/**
 * Ids of what belongs to one account, by the words that stand before them in paths.
 * @param server is the account's own
 * @param elsewhere is where the account is invited to
 */
async function idsAround(
  panel: TestPanel,
  user: TestUser,
  server: TestServer,
  elsewhere: TestServer,
): Promise<PathValues> {
  const { id: key } = await createApiKey(panel, user, { permissions: ['*'] });
  const { id: sshKey } = await panel.prisma.sshKey.create({
    data: { userId: user.id, name: 'laptop', publicKey: 'ssh-ed25519 AAAA', fingerprint: `SHA256:${user.uuid}` },
    select: { id: true },
  });
  const { id: log } = await panel.prisma.activityEntry.create({
    data: { userId: user.id, action: 'login', targetType: 'server', targetId: server.uuid },
    select: { id: true },
  });
  const { uuid: backup } = await panel.prisma.serverBackup.create({
    data: { serverUuid: server.uuid, nodeId: server.nodeId, name: 'nightly', state: 'completed' },
    select: { uuid: true },
  });
  const { uuid: group } = await panel.prisma.backupGroup.create({
    data: { serverUuid: server.uuid, name: 'nightly' },
    select: { uuid: true },
  });
  const { uuid: schedule } = await panel.prisma.serverSchedule.create({
    data: { serverUuid: server.uuid, name: 'nightly' },
    select: { uuid: true },
  });
  const { id: notification } = await panel.prisma.notification.create({
    data: { userId: user.id, title: 'Hello', body: 'A message' },
    select: { id: true },
  });
  const { id: deletion } = await panel.prisma.deletionRequest.create({
    data: { userId: user.id, status: 'rejected' },
    select: { id: true },
  });
  const organisation = await createOrganisation(panel, user);
  const webhook = await panel.prisma.webhook.create({
    data: {
      userId: user.id,
      url: 'https://hooks.example.test',
      secretSealed: '',
      events: ['nothing'],
      deliveries: { create: { eventId: user.uuid, event: 'nothing', body: '{}', status: 'failed' } },
    },
    select: { id: true, deliveries: { select: { id: true } } },
  });
  const [id, entry] = [String(user.id), await subuserEntry(panel, server)];
  return {
    servers: server.uuid,
    users: id,
    user: id,
    userId: id,
    organisations: String(organisation.id),
    org: String(organisation.id),
    apikeys: String(key),
    'ssh-keys': String(sshKey),
    logs: String(log),
    notifications: String(notification),
    'export-jobs': (await createExport(panel, user)).id,
    ...(await waysInOf(panel, user)),
    'deletion-requests': String(deletion),
    deletions: String(deletion),
    subusers: String(entry),
    backups: backup,
    group,
    schedules: schedule,
    webhooks: String(webhook.id),
    deliveries: String(webhook.deliveries[0]?.id),
    revisions: '0',
    shareId: await createFileShare(panel, user, server),
    token: '0'.repeat(64),
    inviteId: String((await addSubuser(panel, elsewhere, user, ['console'], false)).id),
    ...(await idsOfFiles(panel, user)),
  };
}

async function createFileShare(panel: TestPanel, user: TestUser, server: TestServer): Promise<string> {
  const data = { serverUuid: server.uuid, createdById: user.id, filePath: '/a.txt', expiresIn: 'permanent' };
  const tokenSealed = panel.app.get(Sealer).seal(user.uuid, 'file-share');
  const share = await panel.prisma.serverFileShare.create({
    data: { ...data, tokenDigest: new Uint8Array(Buffer.from(user.uuid)), tokenSealed },
    select: { id: true },
  });
  return share.id;
}

async function idsOfFiles(panel: TestPanel, user: TestUser): Promise<PathValues> {
  const { verificationId, idDocument, documentId, document } = await createPersonFiles(panel, user);
  return {
    uploads: `avatar_user_${user.id}_0123456789abcdef.webp`,
    // The latest one is asked for by account.
    'id-verification': String(user.id),
    verifications: String(verificationId),
    'id-docs': idDocument,
    ownerId: String(user.id),
    documentId,
    document,
  };
}

/** A passkey and an account of elsewhere that sign an account in. */
async function waysInOf(panel: TestPanel, user: TestUser): Promise<PathValues> {
  const bytes = new Uint8Array(Buffer.from(user.uuid));
  const passkey = await panel.prisma.passkey.create({
    data: { userId: user.id, name: 'phone', credentialId: bytes, publicKey: bytes },
    select: { id: true },
  });
  const identity = await panel.prisma.externalIdentity.create({
    data: { userId: user.id, issuer: 'https://elsewhere.example', subject: user.uuid },
    select: { id: true },
  });
  return { passkeys: String(passkey.id), identities: String(identity.id), provider: 'nobody' };
}

/** An entry of a subuser whom no principal stands for. */
async function subuserEntry(panel: TestPanel, server: TestServer): Promise<number> {
  return (await addSubuser(panel, server, await createUser(panel), ['console'])).id;
}

/** A role with a permission, given to an account. */
async function idsOfRole(panel: TestPanel): Promise<PathValues> {
  const [role, user] = [await createRole(panel, [IRRELEVANT]), await createUser(panel)];
  const permission = await panel.prisma.rolePermission.findFirstOrThrow({ where: { roleId: role.id } });
  const assignment = await panel.prisma.userRole.create({ data: { userId: user.id, roleId: role.id } });
  return { roles: String(role.id), permId: String(permission.id), urId: String(assignment.id) };
}

/** A place for nodes, and a port and an operation of the node. */
async function idsOfNode(panel: TestPanel, node: TestNode): Promise<PathValues> {
  const location = await panel.prisma.location.create({ data: { shortCode: 'matrix', name: 'Matrix' } });
  const [allocation] = await createAllocations(panel, node, { from: 45_000 });
  const operation = await panel.prisma.nodeOperation.create({
    data: { nodeId: node.id, status: 'completed', phase: 'done' },
    select: { id: true },
  });
  return { locations: String(location.id), allocationId: String(allocation?.id), operationId: operation.id };
}

/** The rollout that opens the routes of feedback to all, and a rating of an account that no principal stands for. */
async function idsOfRollout(panel: TestPanel): Promise<PathValues> {
  const data = { name: 'Feedback', key: 'feedback_prompt' };
  const { id } = await panel.prisma.rollout.create({ data, select: { id: true } });
  const feedback = await panel.prisma.feedback.create({ data: { userId: (await createUser(panel)).id, rating: 5 } });
  return { rollouts: String(id), feedback: String(feedback.id), 'export-shares': '0'.repeat(64) };
}

async function sessionOf(panel: TestPanel, name: PrincipalName, user: TestUser): Promise<Principal> {
  const { headers } = await openSession(panel, user);
  return { name, proof: 'session', user, headers };
}

async function keyOf(
  panel: TestPanel,
  name: PrincipalName,
  user: TestUser,
  permissions: readonly string[] | 'admin',
): Promise<Principal> {
  const isAdmin = permissions === 'admin';
  const { headers } = await createApiKey(panel, user, isAdmin ? { type: 'admin' } : { permissions });
  return { name, proof: isAdmin ? 'admin-key' : 'client-key', user, headers };
}
