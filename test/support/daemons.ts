import { EventBus } from '../../src/common/events/event-bus.js';
import type { TestNode } from './factories.js';
import type { TestPanel } from './panel.js';
import type { WingsOptions } from './wings/options.js';
import { SimulatedWings } from './wings/simulated-wings.js';
import type { Flavour } from './wings/types.js';

export const FLAVOURS: readonly Flavour[] = ['go', 'rs'];

/** What a daemon of a flavour sends as its node. */
export function headersOf(node: TestNode, flavour: Flavour): Record<string, string> {
  const product = flavour === 'go' ? 'Pterodactyl Wings/v1.11.13' : 'calagopus wings/v1.1.0';
  return { authorization: `Bearer ${node.tokenId}.${node.token}`, 'user-agent': `${product} (id:${node.tokenId})` };
}

/** The daemon of a node, a hundred times faster than a real one; it has not booted yet. */
export function daemonOf(
  panel: TestPanel,
  node: TestNode,
  flavour: Flavour,
  options: Partial<WingsOptions> = {},
): SimulatedWings {
  const { uuid, tokenId, token } = node;
  return new SimulatedWings({ panelUrl: panel.url, uuid, tokenId, token, flavour, clockScale: 0.01, ...options });
}

/** Tells the panel at which address a daemon listens. */
export async function announce(panel: TestPanel, node: Pick<TestNode, 'id'>, daemon: SimulatedWings): Promise<void> {
  await panel.prisma.node.update({ where: { id: node.id }, data: { url: daemon.url }, select: { id: true } });
  panel.app.get(EventBus).publish('node.changed', { nodeId: node.id });
}
