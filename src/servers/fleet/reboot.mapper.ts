import type { NodeOperation, Prisma } from '../../generated/prisma/client.js';
import type { RebootedServer, RebootStartedResponse, RebootStatusResponse } from './dto/fleet.dto.js';

/** A server of a reboot and what became of it. */
export interface RebootTarget extends RebootedServer {
  /** Whether its owner wanted it running when the reboot began. */
  readonly wanted: boolean;
}

/** The column for the servers of an operation. */
export const serversOf = (targets: readonly RebootTarget[]): Prisma.InputJsonArray =>
  targets.map((target) => ({ ...target }));

/** The servers of an operation; only the panel itself writes the column. */
export const targetsOf = (servers: Prisma.JsonValue): RebootTarget[] => servers as unknown as RebootTarget[];

type Started = Pick<NodeOperation, 'id' | 'status' | 'totalServers' | 'onlineCount'>;

export function toStarted({ id, status, totalServers, onlineCount }: Started): RebootStartedResponse {
  return { operationId: id, status, totalServers, onlineCount };
}

export function toStatus(row: NodeOperation): RebootStatusResponse {
  const { id, status, progress, message, totalServers, onlineCount, killedCount, servers, createdAt } = row;
  return {
    operationId: id,
    status,
    progress,
    message,
    totalServers,
    onlineCount,
    killedCount,
    servers: status === 'running' ? [] : targetsOf(servers).map(({ wanted: _wanted, ...server }) => server),
    createdAt: createdAt.getTime(),
  };
}
