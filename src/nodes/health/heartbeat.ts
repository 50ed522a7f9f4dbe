import type { DaemonAgent } from '../directory/daemon-agent.js';
import type { DaemonKind } from '../directory/node-directory.js';

export type HeartbeatStatus = 'ok' | 'timeout' | 'error';

/** The newest heartbeat of a node, as kept in memory. */
export interface NodeState {
  readonly status: HeartbeatStatus;
  /** Milliseconds until the answer to a probe; null for failures and for calls of the daemon. */
  readonly responseMs: number | null;
  /** Unix milliseconds. */
  readonly at: number;
}

/** What came of one probe. */
export interface ProbeResult {
  readonly nodeId: number;
  readonly status: HeartbeatStatus;
  readonly responseMs: number | null;
  /** Why it failed, for the administrator; null when it did not. */
  readonly reason: string | null;
  readonly kind: Exclude<DaemonKind, 'unknown'> | null;
  readonly version: string | null;
}

/** An authenticated call of a daemon. */
export interface SignOfLife {
  readonly nodeId: number;
  readonly agent: DaemonAgent | undefined;
}
