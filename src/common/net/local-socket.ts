import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { StartError } from '../../config/start-error.js';

/** What operating systems allow for the path of a socket is 104 to 108 bytes. */
const MAXIMUM_PATH_BYTES = 100;
const ANSWER_LIMIT_MS = 2_000;

/**
 * Where the socket of a folder is: a file in it, or a named pipe on Windows. Only processes of this machine (containers
 * that share the folder included) reach it.
 */
export function localSocketPath(directory: string, name: string): string {
  const absolute = join(resolve(directory), name);
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\panel-${createHash('sha256').update(absolute).digest('hex').slice(0, 24)}`;
  }
  const short = relative(process.cwd(), absolute);
  const path = short.length < absolute.length ? short : absolute;
  if (Buffer.byteLength(path) > MAXIMUM_PATH_BYTES) {
    throw new StartError(`The path of the data folder is too long for a socket: ${absolute}`);
  }
  return path;
}

/**
 * What the process behind a socket says when somebody connects, empty when it says nothing in time; undefined when
 * there is no process behind it.
 */
export function greetingOf(path: string, limitMs = ANSWER_LIMIT_MS): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = '';
    socket.setEncoding('utf8').setTimeout(limitMs, () => socket.destroy());
    socket.on('data', (part: string) => (text += part));
    socket.on('close', (failed) => {
      if (!failed) resolve(text);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
  });
}
