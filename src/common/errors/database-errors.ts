import { badRequest, PanelError, unavailable } from './panel-error.js';

/** SQLSTATE classes and driver codes that mean "the database is away", not "the request is wrong". */
const AWAY =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|Connection terminated|terminating connection|the database system is|Can't reach database|timeout exceeded when trying to connect|connection timeout|PGlite is closed|DatabaseNotReachable|Cannot use a pool after calling end/i;
const AWAY_CODES = new Set([
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08001',
  '08003',
  '08006',
  '53300',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
]);

/** SQLSTATEs (and Prisma's code) of transactions that met another one: nothing was written, a second try may pass. */
const CONFLICTS = new Set(['P2034', '40001', '40P01']);

/** SQLSTATEs of values that no column can hold: NUL in a text, a number out of range. */
const UNSTORABLE = new Set(['22021', '22P05', '22003']);

interface DatabaseError {
  code?: unknown;
  meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } };
  message?: unknown;
  cause?: unknown;
}

/** A database that restarts must end in 503 with `Retry-After`, whichever layer reported it. */
export function isDatabaseAway(thrown: unknown, depth = 0): boolean {
  if (typeof thrown !== 'object' || thrown === null || depth > 4) return false;
  const { code, message, cause } = thrown as DatabaseError;
  if (typeof code === 'string' && (AWAY_CODES.has(code) || AWAY.test(code))) return true;
  return (typeof message === 'string' && AWAY.test(message)) || isDatabaseAway(cause, depth + 1);
}

/** The answer to an error of Prisma or the driver; undefined for anything else. */
export function fromDatabase(thrown: unknown): PanelError | undefined {
  if (!isDatabaseError(thrown)) return undefined;
  if (isDatabaseAway(thrown)) {
    return new PanelError(503, 'database.unavailable', 'The database is not available. Try again.', {
      retryAfter: 2,
      cause: thrown,
    });
  }
  if (UNSTORABLE.has(sqlState(thrown)))
    return badRequest('A value is not acceptable', 'request.unacceptable_value', { cause: thrown });
  if (CONFLICTS.has(sqlState(thrown))) {
    return unavailable('The request met another one. Try again.', 'database.conflict', 1);
  }
  const { code } = thrown;
  if (code === 'P2002') return new PanelError(409, 'conflict', 'This already exists', { cause: thrown });
  if (code === 'P2003')
    return new PanelError(409, 'conflict', 'Something else still refers to this', { cause: thrown });
  if (code === 'P2025') return new PanelError(404, 'not_found', 'Not found', { cause: thrown });
  return undefined;
}

/** What the driver reported, by itself or through Prisma (raw statements: P2010 with the driver's code inside). */
function sqlState({ code, meta }: DatabaseError): string {
  return String(meta?.driverAdapterError?.cause?.originalCode ?? code);
}

function isDatabaseError(thrown: unknown): thrown is DatabaseError & { code?: string } {
  if (!(thrown instanceof Error)) return false;
  return /^Prisma|^DriverAdapterError|^DatabaseError|^error$|^Error$|^AggregateError$/.test(thrown.name);
}
