import { posix } from 'node:path';

/** Folders of a container that a mount must not cover: its system, and the files of the server as a whole. */
const SYSTEM = ['bin', 'boot', 'dev', 'etc', 'lib', 'lib64', 'proc', 'root', 'run', 'sbin', 'sys', 'usr'];
const SERVER_FILES = '/home/container';

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Whether it is absolute and says where it leads: no `..`, no doubled or trailing slash, nothing but printable text. */
export function isPlainPath(path: string): boolean {
  return /^\/[^\p{C}:,\\]+$/u.test(path) && posix.normalize(path) === path && !path.endsWith('/');
}

/** Whether nodes may lend the folder: it is one of the allowed ones or within one. */
export function isAllowedSource(path: string, allowed: readonly string[]): boolean {
  return isPlainPath(path) && allowed.some((folder) => isWithin(path, folder));
}

/** Whether servers may see a mount there. */
export function isAllowedTarget(path: string): boolean {
  return isPlainPath(path) && path !== SERVER_FILES && !SYSTEM.some((name) => isWithin(path, `/${name}`));
}
