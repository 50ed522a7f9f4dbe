import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { logger } from '../common/logging/logger.js';
import { greetingOf } from '../common/net/local-socket.js';
import { runCommand } from './commands.js';
import type { CommandResult } from './commands.js';
import { controlSocketPath, MAXIMUM_LINE, parseRequest } from './control-protocol.js';

const IDLE_LIMIT_MS = 30_000;

/**
 * Takes the commands of `npm run panel` while the panel runs: the embedded database can be opened by one process only,
 * and a change must be in force at once. A socket in the data folder that only its owner may open; one JSON line asks,
 * one answers.
 */
export class ControlServer {
  private server?: Server;
  /** Connections that have not asked anything yet. */
  private readonly waiting = new Set<Socket>();

  constructor(
    private readonly app: INestApplicationContext,
    private readonly dataDir: string,
  ) {}

  /** Begins to listen. The panel serves its users also when that does not work. */
  async open(): Promise<void> {
    try {
      const path = controlSocketPath(this.dataDir);
      if ((await greetingOf(path, 100)) !== undefined) {
        logger.warn({ path }, 'another panel takes the commands of this data folder');
        return;
      }
      rmSync(path, { force: true });
      this.server = await listen(path, (socket) => this.serve(socket));
    } catch (error) {
      logger.warn({ err: error }, 'commands are not taken while the panel runs');
    }
  }

  /** Lets commands under way end; those who have not asked yet are sent away. */
  close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return Promise.resolve();
    for (const socket of this.waiting) socket.destroy();
    // Closing removes the file.
    return new Promise((resolve) => server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    let text = '';
    this.waiting.add(socket);
    socket.on('close', () => this.waiting.delete(socket));
    socket.setEncoding('utf8').setTimeout(IDLE_LIMIT_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end === -1 && text.length <= MAXIMUM_LINE) return;
      socket.pause();
      this.waiting.delete(socket);
      void this.answer(text.slice(0, Math.max(0, end))).then((result) => socket.end(`${JSON.stringify(result)}\n`));
    });
  }

  private async answer(line: string): Promise<CommandResult> {
    try {
      return await runCommand(this.app, parseRequest(line) ?? []);
    } catch (error) {
      logger.error({ err: error }, 'command failed');
      return { exitCode: 1, output: 'The command failed; see the log of the panel.' };
    }
  }
}

/** Only the owner may open the socket, from its first moment on. */
function listen(path: string, serve: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, serve);
    server.once('error', reject);
    const mask = process.umask(0o177);
    try {
      server.listen(path, () => resolve(server));
    } finally {
      process.umask(mask);
    }
  });
}
