import type { ServerResources } from '../states/dto/resources.dto.js';
import type { NetworkRates, ServerStats } from './dto/operations.dto.js';

interface Sample {
  readonly state: string;
  readonly resources: Omit<ServerResources, 'state'> | null;
  readonly at: Date | null;
}

const NOTHING: Omit<ServerResources, 'state'> = {
  memory_bytes: 0,
  memory_limit_bytes: 0,
  disk_bytes: 0,
  cpu_absolute: 0,
  uptime: 0,
  network: { rx_bytes: 0, tx_bytes: 0 },
};

/** @param last what was stored before. @param now a live sample, if the node gave one; rates are between the two. */
export function toStats(last: Sample, now: Sample | undefined): ServerStats {
  const sample = now ?? last;
  const { network, ...usage } = sample.resources ?? NOTHING;
  return {
    cpu_absolute: usage.cpu_absolute,
    memory_bytes: usage.memory_bytes,
    memory_limit_bytes: usage.memory_limit_bytes,
    disk_bytes: usage.disk_bytes,
    uptime: usage.uptime,
    state: sample.state,
    stateAt: sample.at,
    network: ratesOf(last, now, network),
  };
}

function ratesOf(last: Sample, now: Sample | undefined, network: { rx_bytes: number; tx_bytes: number }): NetworkRates {
  const before = last.resources?.network;
  const seconds = now?.at && last.at ? (now.at.getTime() - last.at.getTime()) / 1000 : 0;
  // A counter that went back was started anew.
  const rate = (current: number, earlier: number | undefined): number =>
    seconds < 1 || earlier === undefined || current < earlier ? 0 : Math.round((current - earlier) / seconds);
  const rx = rate(network.rx_bytes, before?.rx_bytes);
  const tx = rate(network.tx_bytes, before?.tx_bytes);
  return {
    rx_bytes: network.rx_bytes,
    tx_bytes: network.tx_bytes,
    rx_bps: rx,
    tx_bps: tx,
    rx_kbps: (rx * 8) / 1_000,
    tx_kbps: (tx * 8) / 1_000,
    rx_mbps: (rx * 8) / 1_000_000,
    tx_mbps: (tx * 8) / 1_000_000,
  };
}
