import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TransferSweep } from '../../src/servers/transfers/transfer-sweep.service.js';
import { FLAVOURS } from '../support/daemons.js';
import { createAdmin, createEgg, createServer, createUser, openSession } from '../support/factories.js';
import type { TestEgg, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { deleteCopies, inState, openSite, whereabouts } from '../support/transfers.js';
import type { Site } from '../support/transfers.js';
import { until } from '../support/until.js';
import type { WingsOptions } from '../support/wings/options.js';
import type { Flavour } from '../support/wings/types.js';

let panel: TestPanel;
let owner: TestUser;
let admin: HttpClient;
let egg: TestEgg;
const sites: Site[] = [];

beforeAll(async () => {
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '3600' } });
  owner = await createUser(panel);
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  egg = await createEgg(panel);
});
afterEach(async () => {
  for (const { daemon } of sites.splice(0)) await daemon.crash();
});
afterAll(() => panel.close());

const ENDLESS = 600_000_000;
const patience = { within: 60_000 };

interface Move {
  readonly source: Site;
  readonly target: Site;
  readonly server: TestServer;
}

/** Two nodes, and a server that runs on the first. */
async function scene(
  flavour: Flavour,
  options: { source?: Partial<WingsOptions>; target?: Partial<WingsOptions> } = {},
): Promise<Move> {
  const source = await openSite(panel, flavour, { options: options.source ?? {} });
  const target = await openSite(panel, flavour, { options: options.target ?? {} });
  sites.push(source, target);
  const server = await createServer(panel, { owner, node: source.node, egg }, { desiredPower: true });
  await reboot(source);
  source.daemon.setState(server.uuid, 'running');
  return { source, target, server };
}

/** Boots a daemon (again), and waits until it has said so. */
async function reboot({ daemon }: Site): Promise<void> {
  daemon.panelCalls.length = 0;
  await daemon.restart();
  await until('the reset was reported', () =>
    daemon.panelCalls.some(({ path, status }) => path.endsWith('/reset') && status === 204),
  );
}

const begin = async ({ server, target }: Move): Promise<void> => {
  const answer = await admin.post(`/api/servers/${server.uuid}/transfer`, { targetNodeId: target.node.id });
  expect(answer.status).toBe(200);
};

async function expectHome({ server }: Move, home: Site, state: string): Promise<void> {
  expect(await whereabouts(panel, server.uuid)).toEqual({
    nodeId: home.node.id,
    transferring: false,
    portsOn: [home.node.id],
    defaults: 1,
    state,
    isActive: false,
  });
  await until('it runs there', () => home.daemon.server(server.uuid).state === 'running', patience);
}

const gone = (site: Site, { server }: Move): Promise<unknown> =>
  until(
    'no copy is left',
    async () => {
      await deleteCopies(panel, site.node);
      return !site.daemon.servers.has(server.uuid);
    },
    patience,
  );

describe.each(FLAVOURS)('a transfer between %s daemons', (flavour) => {
  it('begins when the source is there again', async () => {
    const move = await scene(flavour);
    move.source.daemon.faults.refuseConnections = true;
    await begin(move);
    await until('the source was told in vain', async () => {
      const transfer = await panel.prisma.serverTransfer.findFirst({ where: { serverUuid: move.server.uuid } });
      return transfer?.orders === 1;
    });
    expect((await whereabouts(panel, move.server.uuid)).state).toBe('pending');
    move.source.daemon.faults.clear();
    await inState(panel, move.server.uuid, 'completed');
    await expectHome(move, move.target, 'completed');
    await gone(move.source, move);
  }, 90_000);

  it('goes on when the source took the order and its answer was lost', async () => {
    const move = await scene(flavour, { source: { transferDelayMs: 1_000_000 } });
    move.source.daemon.faults.dropResponseAfterWork = `/api/servers/${move.server.uuid}/transfer`;
    await begin(move);
    await move.source.daemon.waitForCall(({ path }) => path.endsWith('/transfer'), 20_000);
    move.source.daemon.faults.clear();
    await inState(panel, move.server.uuid, 'completed');
    await expectHome(move, move.target, 'completed');
  }, 90_000);

  it('leaves the server where it was when the target dies while it unpacks', async () => {
    const move = await scene(flavour, { target: { receiveDelayMs: ENDLESS } });
    await begin(move);
    await inState(panel, move.server.uuid, 'receiving');
    await move.target.daemon.crash();
    await inState(panel, move.server.uuid, 'failed');
    await expectHome(move, move.source, 'failed');
    await reboot(move.target);
    await gone(move.target, move);
    expect(await panel.prisma.nodeServerDeletion.count({ where: { serverUuid: move.server.uuid } })).toBe(0);
  }, 90_000);

  it('leaves the server where it was when the target is not there at all', async () => {
    const move = await scene(flavour);
    await move.target.daemon.crash();
    await begin(move);
    await inState(panel, move.server.uuid, 'failed');
    await expectHome(move, move.source, 'failed');
  }, 90_000);

  it('leaves the server where it was when the source dies while it packs, and runs it there again', async () => {
    const move = await scene(flavour, { source: { transferDelayMs: ENDLESS } });
    await begin(move);
    await inState(panel, move.server.uuid, 'sending');
    await reboot(move.source);
    await inState(panel, move.server.uuid, 'cancelled');
    await expectHome(move, move.source, 'cancelled');
  }, 90_000);

  it('is completed when the source dies after it has sent everything; its copy goes when it is back', async () => {
    const move = await scene(flavour, { target: { receiveDelayMs: 100_000 } });
    await begin(move);
    await inState(panel, move.server.uuid, 'receiving');
    await move.source.daemon.crash();
    await inState(panel, move.server.uuid, 'completed');
    await expectHome(move, move.target, 'completed');
    await expect(deleteCopies(panel, move.source.node)).rejects.toMatchObject({ status: 504 });
    // Its disk still holds the server; the panel does not count it among those of the node.
    await reboot(move.source);
    expect(move.source.daemon.servers.has(move.server.uuid)).toBe(false);
    await gone(move.source, move);
    expect(await panel.prisma.nodeServerDeletion.count({ where: { serverUuid: move.server.uuid } })).toBe(0);
  }, 90_000);

  it('ends at its deadline when both nodes keep silent', async () => {
    const move = await scene(flavour, { source: { transferDelayMs: ENDLESS } });
    await begin(move);
    await inState(panel, move.server.uuid, 'sending');
    await panel.prisma.serverTransfer.updateMany({
      where: { serverUuid: move.server.uuid },
      data: { deadlineAt: new Date(Date.now() - 1_000) },
    });
    await panel.app.get(TransferSweep, { strict: false }).run();
    const { reason } = await panel.prisma.serverTransfer.findFirstOrThrow({ where: { serverUuid: move.server.uuid } });
    expect(reason).toBe('The transfer took too long');
    expect((await whereabouts(panel, move.server.uuid)).state).toBe('failed');
    const calledOff = await move.source.daemon.waitForCall(
      ({ method, path }) => method === 'DELETE' && path === `/api/servers/${move.server.uuid}/transfer`,
      30_000,
    );
    expect(calledOff.body ?? null).toBeNull();
  }, 90_000);
});
