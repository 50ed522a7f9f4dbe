import { localSocketPath } from '../common/net/local-socket.js';
import type { CommandResult } from './commands.js';

/** Longest line that either side reads. */
export const MAXIMUM_LINE = 65_536;

/** Where the running panel takes commands. */
export const controlSocketPath = (dataDir: string): string => localSocketPath(dataDir, 'control.sock');

/** Reads `{"argv": ["promote", "a@b"]}`; undefined for anything else. */
export function parseRequest(line: string): string[] | undefined {
  const argv = (parse(line) as { argv?: unknown } | null | undefined)?.argv;
  return Array.isArray(argv) && argv.every((word) => typeof word === 'string') ? argv : undefined;
}

/** Reads `{"exitCode": 0, "output": "…"}`; undefined for anything else. */
export function parseResult(line: string): CommandResult | undefined {
  const result = parse(line) as Partial<CommandResult> | null | undefined;
  if (typeof result?.exitCode !== 'number' || typeof result.output !== 'string') return undefined;
  return { exitCode: result.exitCode, output: result.output };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
