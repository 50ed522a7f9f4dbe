import { ServerRemovals } from '../../src/servers/daemon/server-removals.service.js';
import { announce, daemonOf } from './daemons.js';
import { createAllocations, createNode } from './factories.js';
import type { TestNode } from './factories.js';
import type { TestPanel } from './panel.js';
import { until } from './until.js';
import type { WingsOptions } from './wings/options.js';
import type { SimulatedWings } from './wings/simulated-wings.js';
import type { Flavour } from './wings/types.js';

/** A node with free ports, and its daemon. */
export interface Site {
  readonly node: TestNode;
  readonly daemon: SimulatedWings;
}

/** A node with free ports whose daemon has booted, its reset reported. */
export async function openSite(
  panel: TestPanel,
  flavour: Flavour,
  { from = 25_565, options = {} }: { from?: number; options?: Partial<WingsOptions> } = {},
): Promise<Site> {
  const node = await createNode(panel, { nextPollAt: new Date(Date.now() + 86_400_000) });
  await createAllocations(panel, node, { ip: '198.51.100.9', from, amount: 40 });
  const daemon = daemonOf(panel, node, flavour, options);
  await daemon.boot();
  await announce(panel, node, daemon);
  // A late report of the boot would cancel transfers.
  await until('the reset was reported', () =>
    daemon.panelCalls.some(({ path, status }) => path.endsWith('/reset') && status === 204),
  );
  return { node, daemon };
}

/** Where the panel believes a server to be, what it says of its newest transfer, and which ports are its own where. */
export async function whereabouts(panel: TestPanel, uuid: string) {
  const server = await panel.prisma.server.findUniqueOrThrow({
    where: { uuid },
    select: { nodeId: true, transferring: true, allocations: { select: { nodeId: true, isDefault: true } } },
  });
  const transfer = await panel.prisma.serverTransfer.findFirst({
    where: { serverUuid: uuid },
    orderBy: { id: 'desc' },
  });
  return {
    nodeId: server.nodeId,
    transferring: server.transferring,
    portsOn: [...new Set(server.allocations.map(({ nodeId }) => nodeId))],
    defaults: server.allocations.filter(({ isDefault }) => isDefault).length,
    state: transfer?.state ?? null,
    isActive: transfer?.activeServerUuid !== null && transfer !== null,
  };
}

/** Waits until the newest transfer of a server is in a state. */
export const inState = (panel: TestPanel, uuid: string, ...states: string[]): Promise<string> =>
  until(
    `the transfer is ${states.join(' or ')}`,
    async () => {
      const { state } = await whereabouts(panel, uuid);
      return state !== null && states.includes(state) ? state : undefined;
    },
    { within: 40_000 },
  );

/** Deletes copies at once, which otherwise happens some 20 s after the end of a transfer. */
export const deleteCopies = async (panel: TestPanel, ...nodes: readonly { id: number }[]): Promise<void> => {
  for (const { id } of nodes) await panel.app.get(ServerRemovals, { strict: false }).removeNoted(id);
};
