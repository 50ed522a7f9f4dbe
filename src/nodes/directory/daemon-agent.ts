import type { DaemonKind } from './node-directory.js';

/** What a daemon's User-Agent tells. */
export interface DaemonAgent {
  readonly kind: Exclude<DaemonKind, 'unknown'>;
  readonly version: string | null;
}

const FAMILIES = [
  ['go', 'pterodactyl wings/'],
  ['rs', 'calagopus wings/'],
] as const;
const VERSION = /^v?([\w.+-]{1,32})/;

/** Family and version from `Pterodactyl Wings/v1.11.13 (id:…)` or `calagopus wings/v1.1.0 (id:…)`; else undefined. */
export function daemonAgentOf(userAgent: string | undefined): DaemonAgent | undefined {
  if (userAgent === undefined) return undefined;
  const lower = userAgent.toLowerCase();
  for (const [kind, mark] of FAMILIES) {
    const at = lower.indexOf(mark);
    if (at < 0) continue;
    return { kind, version: VERSION.exec(userAgent.slice(at + mark.length))?.[1] ?? null };
  }
  return undefined;
}
