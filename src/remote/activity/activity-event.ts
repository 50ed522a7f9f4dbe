import { digest } from '../../common/crypto/digest.js';
import { normaliseAddress } from '../../common/net/client-ip.js';
import { boundedJson, cleanText } from '../../common/validation/bounded-json.js';
import { RELAY_USER_UUID } from '../../servers/console/relay-identity.js';

/** An event as it is stored, before server and user are looked up. */
export interface ActivityRow {
  readonly server: string;
  readonly user: string | null;
  readonly action: string;
  /** JSON text. */
  readonly metadata: string | null;
  readonly ip: string | null;
  /** ISO 8601. */
  readonly at: string;
  readonly dedupeKey: Uint8Array;
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const EVENT = /^server:[a-z.-]{1,64}$/;
const DAY_MS = 86_400_000;

/** Events that the panel and its clients know by a name of their own (servers.md, "Activity action names"). */
const ACTIONS: Readonly<Record<string, string>> = {
  'server:power.start': 'server:power:start',
  'server:power.stop': 'server:power:stop',
  'server:power.restart': 'server:power:restart',
  'server:power.kill': 'server:power:kill',
  'server:console.command': 'server:console:command',
  'server:file.write': 'server:file:write',
  'server:file.delete': 'server:file:delete',
  'server:file.uploaded': 'server:file:upload',
};

/** The name under which an event of a daemon is listed; what has no name of ours becomes `wings:<event>`. */
export function actionOf(event: string): string {
  return ACTIONS[event] ?? `wings:${event.slice('server:'.length)}`;
}

/**
 * Checks one entry of a report (wings-protocol A.5); undefined when it is not an event that is kept.
 * A daemon's clock may be wrong and its words may be forged: times are held within a day of now, metadata within 4 KiB.
 */
export function toActivityRow(entry: unknown, nodeId: number, now: number): ActivityRow | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { server, user, event, metadata, ip, timestamp, schedule } = entry as Record<string, unknown>;
  if (!isUuid(server) || typeof event !== 'string' || !EVENT.test(event)) return undefined;
  const details = boundedJson({ ...asObject(metadata), ...(isUuid(schedule) && { schedule }) });
  const known = isUuid(user) ? user : null;
  // What goes through the panel's console relay is on record already, under the name of who sent it.
  if (known !== null && canonical(known) === canonical(RELAY_USER_UUID)) return undefined;
  return {
    server,
    user: known,
    action: actionOf(event),
    metadata: details === '{}' ? null : details,
    ip: typeof ip === 'string' ? (normaliseAddress(ip) ?? null) : null,
    at: timeOf(timestamp, now),
    dedupeKey: keyOf([
      nodeId,
      canonical(server),
      event,
      known && canonical(known),
      cleanText(String(timestamp)),
      details,
    ]),
  };
}

const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

const canonical = (uuid: string): string => uuid.replaceAll('-', '').toLowerCase();

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** The time that was told, within a day of now; now when there is none. */
function timeOf(timestamp: unknown, now: number): string {
  const told = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  const within = Number.isNaN(told) ? now : Math.min(Math.max(told, now - DAY_MS), now + DAY_MS);
  return new Date(within).toISOString();
}

/** The same event has the same key however often it is reported: the time counts as it was told, not as it is kept. */
function keyOf(identity: readonly (string | number | null)[]): Uint8Array {
  return digest(JSON.stringify(identity));
}
