import { posix } from 'node:path';
import type { FileTree } from './file-tree.ts';
import type { Flavour } from './types.ts';

const MIMES: Record<string, string> = {
  '.json': 'application/json',
  '.yml': 'text/yaml',
  '.yaml': 'text/yaml',
  '.properties': 'text/plain',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.gz': 'application/gzip',
  '.zip': 'application/zip',
  '.jar': 'application/java-archive',
  '.png': 'image/png',
};

export function mimeOf(name: string): string {
  return MIMES[posix.extname(name)] ?? 'application/octet-stream';
}

/** The Entry of the protocol for a file or directory that exists. */
export function entryOf(files: FileTree, path: string, flavour: Flavour): Record<string, unknown> {
  const node = files.get(path);
  if (node === undefined) throw new Error(`there is no ${path}`);
  const { created, modified, mode, content } = node;
  const directory = content === null;
  const mime = directory ? 'inode/directory' : mimeOf(path);
  const size = content?.length ?? 4096;
  const entry = {
    name: posix.basename(path),
    created,
    modified,
    mode: symbolicMode(mode, directory),
    mode_bits: mode.toString(8),
    size,
    directory,
    file: !directory,
    symlink: false,
    mime,
  };
  const editable = mime.startsWith('text/');
  return flavour === 'go'
    ? entry
    : { ...entry, size_physical: size, editable, inner_editable: editable, virtual: false };
}

function symbolicMode(mode: number, isDirectory: boolean): string {
  const bits = [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  return `${isDirectory ? 'd' : '-'}${bits.join('')}`;
}
