import { connect } from 'node:net';
import type { CommandResult } from './commands.js';
import { controlSocketPath, parseResult } from './control-protocol.js';

/** Lets the running panel of a data folder run a command; undefined when none runs there. */
export function askRunningPanel(dataDir: string, argv: readonly string[]): Promise<CommandResult | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(controlSocketPath(dataDir));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify({ argv })}\n`));
    socket.on('data', (part: string) => (text += part));
    socket.on('end', () => {
      socket.end();
      resolve(parseResult(text) ?? { exitCode: 1, output: 'The panel closed before it answered.' });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else reject(error);
    });
  });
}
