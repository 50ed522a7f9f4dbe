import { symbols } from 'pino';
import { logger } from '../../src/common/logging/logger.js';

/** What the panel logs, at every level, while it is captured. */
export interface CapturedLogs {
  readonly lines: readonly string[];
  /** Gives the logger its own stream back. */
  stop(): void;
}

/** Takes the lines of the panel's logger; start the panel with `LOG_LEVEL: 'trace'` to see them all. */
export function captureLogs(): CapturedLogs {
  const lines: string[] = [];
  const streams = logger as unknown as Record<symbol, unknown>;
  const original = streams[symbols.streamSym];
  // Children of the logger find their stream through it, so they are captured too.
  streams[symbols.streamSym] = { write: (line: string) => lines.push(line) };
  return { lines, stop: () => void (streams[symbols.streamSym] = original) };
}
