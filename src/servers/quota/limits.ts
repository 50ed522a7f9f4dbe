import { badRequest, forbidden } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';

/** What an account may have altogether: MiB, MiB, percent, count; null is unlimited, 0 is nothing. */
export interface Limits {
  readonly memory: number | null;
  readonly disk: number | null;
  readonly cpu: number | null;
  readonly serverLimit: number | null;
  /** Backups of all servers together. */
  readonly backups: number | null;
}

/** MiB, MiB, percent of a thread. */
export interface Resources {
  readonly memory: number;
  readonly disk: number;
  readonly cpu: number;
}

export interface Usage extends Resources {
  readonly servers: number;
}

const RESOURCES = [
  ['memory', 'memory', 'MB'],
  ['disk', 'disk', 'MB'],
  ['cpu', 'CPU', '%'],
] as const;

/** Reads "User"."limits"; what is absent, null or no number is unlimited. */
export function limitsOf(stored: unknown): Limits {
  const values = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>;
  const read = (name: keyof Limits): number | null => {
    const value = values[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  return {
    memory: read('memory'),
    disk: read('disk'),
    cpu: read('cpu'),
    serverLimit: read('serverLimit'),
    backups: read('backups'),
  };
}

const DEFAULT_PORTS_PER_SERVER = 3;

/** Ports that each server of an account may have; null is unlimited. Not said is 3: ports are what nodes run out of. */
export function portsPerServer(stored: unknown): number | null {
  const value =
    typeof stored === 'object' && stored !== null ? (stored as { portsPerServer?: unknown }).portsPerServer : undefined;
  if (value === null) return null;
  return typeof value === 'number' && Number.isFinite(value) ? value : DEFAULT_PORTS_PER_SERVER;
}

/** @throws PanelError 403 when the account has as many servers as it may. */
export function assertMayHaveAnother(limits: Limits, usage: Usage): void {
  const { serverLimit } = limits;
  if (serverLimit !== null && usage.servers >= serverLimit) {
    throw forbidden(
      `Server limit reached (${serverLimit}). Delete an existing server to create a new one.`,
      'servers.limit_reached',
    );
  }
}

/**
 * @param usage of the account's other servers.
 * @param before what the server has now: going down is allowed also to somebody who has too much.
 * @throws PanelError 400 naming the first resource that would not fit.
 */
export function assertFits(limits: Limits, usage: Resources, wanted: Resources, before?: Resources): void {
  for (const [name, label, unit] of RESOURCES) {
    const limit = limits[name];
    if (limit === null || (before !== undefined && wanted[name] <= before[name])) continue;
    if (usage[name] + wanted[name] > limit)
      throw exceeded(label, unit, { current: usage[name], requested: wanted[name], limit });
  }
}

/** Only staff may give a server everything that its node has. @throws PanelError 400. */
export function assertMinimums({ memory, disk, cpu }: Partial<Resources>): void {
  if (memory !== undefined && memory < 1) throw minimum('Memory must be at least 1 MB for non-admin users.');
  if (disk !== undefined && disk < 1) throw minimum('Disk must be at least 1 MB for non-admin users.');
  if (cpu !== undefined && cpu < 1) throw minimum('CPU must be at least 1% for non-admin users.');
}

const minimum = (text: string): PanelError => badRequest(text, 'servers.below_minimum');

function exceeded(
  label: string,
  unit: string,
  { current, requested, limit }: { current: number; requested: number; limit: number },
): PanelError {
  const space = unit === '%' ? '' : ' ';
  const amount = (value: number): string => `${value}${space}${unit}`;
  return badRequest(
    `Total account ${label} limit exceeded. Current: ${amount(current)}, requested: ${amount(requested)}, limit: ${amount(limit)}.`,
    'servers.quota_exceeded',
  );
}
