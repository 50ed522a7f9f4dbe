import { isDatabaseAway } from '../common/errors/database-errors.js';
import { StartError } from '../config/start-error.js';

/** What stopped the start, in words for the person who starts the panel; undefined for what is an error of the panel. */
export function startProblem(error: unknown): string | undefined {
  if (error instanceof StartError) return error.message;
  const { code, address, port, message } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `${address ?? ''}:${port ?? ''} is in use by another program; set PORT to a free one.`;
  if (code === 'EACCES' && port !== undefined)
    return `The panel may not listen on port ${port}; set PORT to one above 1023.`;
  if (isDatabaseAway(error)) return `The database does not answer (DATABASE_URL): ${message}`;
  return undefined;
}
