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
  const name = posix.basename(path);
  const isDirectory = node?.content === null;
  const mode = node?.mode ?? 0o644;
  const size = isDirectory ? 4096 : (node?.content?.length ?? 0);
  const mime = isDirectory ? 'inode/directory' : mimeOf(name);
  const editable = !isDirectory && mime.startsWith('text/');
  return {
    name,
    created: node?.created,
    modified: node?.modified,
    mode: symbolicMode(mode, isDirectory),
    mode_bits: mode.toString(8),
    size,
    directory: isDirectory,
    file: !isDirectory,
    symlink: false,
    mime,
    ...(flavour === 'rs' ? { size_physical: size, editable, inner_editable: editable, virtual: false } : {}),
  };
}

function symbolicMode(mode: number, isDirectory: boolean): string {
  const bits = [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  return `${isDirectory ? 'd' : '-'}${bits.join('')}`;
}
