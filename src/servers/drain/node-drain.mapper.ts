import type { DrainServerState, Prisma } from '../../generated/prisma/client.js';
import type { NodeDrainResponse } from './dto/node-drain.dto.js';

export const MOST_LISTED = 500;
/** In the order in which they are shown. */
export const LISTED_STATES = [
  'failed',
  'moving',
  'waiting',
  'cancelled',
  'moved',
] as const satisfies DrainServerState[];

export const drainColumns = {
  id: true,
  nodeId: true,
  state: true,
  targetNodeId: true,
  startedById: true,
  createdAt: true,
  endedAt: true,
} satisfies Prisma.NodeDrainSelect;

export const serverColumns = {
  state: true,
  reason: true,
  server: { select: { uuid: true, name: true } },
  transfer: { select: { targetNodeId: true } },
} satisfies Prisma.NodeDrainServerSelect;

type DrainRow = Prisma.NodeDrainGetPayload<{ select: typeof drainColumns }>;
export type DrainServerRow = Prisma.NodeDrainServerGetPayload<{ select: typeof serverColumns }>;

export function toDrain(
  drain: DrainRow,
  counts: ReadonlyMap<DrainServerState, number>,
  servers: readonly DrainServerRow[],
): NodeDrainResponse {
  const count = (state: DrainServerState): number => counts.get(state) ?? 0;
  return {
    ...drain,
    progress: {
      total: [...counts.values()].reduce((sum, amount) => sum + amount, 0),
      waiting: count('waiting'),
      moving: count('moving'),
      moved: count('moved'),
      failed: count('failed'),
      cancelled: count('cancelled'),
    },
    servers: servers.map(({ state, reason, server, transfer }) => ({
      ...server,
      state,
      reason,
      targetNodeId: transfer?.targetNodeId ?? null,
    })),
  };
}
