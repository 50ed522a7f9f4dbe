import { posix } from 'node:path';

export interface FileNode {
  /** null for a directory. */
  content: Buffer | null;
  mode: number;
  created: string;
  modified: string;
}

interface ArchivedNode {
  path: string;
  mode: number;
  content: string | null;
}

/** A path as the daemon sees it: absolute, normalised, never above the root. */
export function cleanPath(...parts: string[]): string {
  const path = posix.normalize(posix.join('/', ...parts));
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}

/** The files of one server, in memory. */
export class FileTree {
  readonly #nodes = new Map<string, FileNode>([['/', directory()]]);

  has(path: string): boolean {
    return this.#nodes.has(cleanPath(path));
  }

  get(path: string): FileNode | undefined {
    return this.#nodes.get(cleanPath(path));
  }

  /** The content of a file, or null when there is none at this path. */
  read(path: string): Buffer | null {
    return this.get(path)?.content ?? null;
  }

  /** Writes a file and creates the directories above it. */
  write(path: string, content: Buffer | string, mode = 0o644): void {
    const target = cleanPath(path);
    this.makeDirectory(posix.dirname(target));
    const created = this.#nodes.get(target)?.created ?? new Date().toISOString();
    this.#nodes.set(target, { content: Buffer.from(content), mode, created, modified: new Date().toISOString() });
  }

  makeDirectory(path: string): void {
    const target = cleanPath(path);
    if (this.#nodes.has(target)) return;
    this.makeDirectory(posix.dirname(target));
    this.#nodes.set(target, directory());
  }

  /** Names directly inside a directory, directories first. */
  list(path: string): string[] {
    const parent = cleanPath(path);
    const names = [...this.#nodes.keys()].filter((key) => key !== '/' && posix.dirname(key) === parent);
    const rank = (key: string): number => (this.#nodes.get(key)?.content === null ? 0 : 1);
    return names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)).map((key) => posix.basename(key));
  }

  /** Removes a file or a directory with everything in it; answers whether there was something. */
  remove(path: string): boolean {
    const paths = this.#below(path);
    for (const key of paths) if (key !== '/') this.#nodes.delete(key);
    return paths.length > 0;
  }

  /** Moves a file or directory; false when the source is missing or the target exists. */
  rename(from: string, to: string): boolean {
    if (!this.copy(from, to)) return false;
    return this.remove(from);
  }

  /** Copies a file or directory; false when the source is missing, the target exists or lies inside the source. */
  copy(from: string, to: string): boolean {
    const [source, target] = [cleanPath(from), cleanPath(to)];
    if (!this.has(source) || this.has(target) || target.startsWith(`${source}/`)) return false;
    this.makeDirectory(posix.dirname(target));
    for (const key of this.#below(source)) {
      const node = this.#nodes.get(key);
      if (node !== undefined) this.#nodes.set(target + key.slice(source.length), { ...node });
    }
    return true;
  }

  setMode(path: string, mode: number): boolean {
    const node = this.get(path);
    if (node !== undefined) node.mode = mode;
    return node !== undefined;
  }

  clear(): void {
    this.remove('/');
  }

  /** The bytes of all files at or below a path. */
  size(path = '/'): number {
    return this.#below(path).reduce((sum, key) => sum + (this.#nodes.get(key)?.content?.length ?? 0), 0);
  }

  /** Paths of all files. */
  paths(): string[] {
    return [...this.#nodes.keys()].filter((key) => this.#nodes.get(key)?.content !== null);
  }

  /** Stores files and directories in a text that `unpack` reads; paths are kept relative to `root`. */
  pack(root = '/', names: string[] = ['.']): Buffer {
    const base = cleanPath(root);
    const keys = names.flatMap((name) => this.#below(cleanPath(base, name))).filter((key) => key !== base);
    const archived = keys.map((key): ArchivedNode => {
      const node = this.#nodes.get(key) ?? directory();
      return { path: posix.relative(base, key), mode: node.mode, content: node.content?.toString('base64') ?? null };
    });
    return Buffer.from(JSON.stringify({ simulatedArchive: archived }));
  }

  /** Restores what `pack` stored; false when the content is not such an archive. */
  unpack(content: Buffer, root = '/'): boolean {
    const archived = readArchive(content);
    for (const { path, mode, content: base64 } of archived ?? []) {
      if (base64 === null) this.makeDirectory(cleanPath(root, path));
      else this.write(cleanPath(root, path), Buffer.from(base64, 'base64'), mode);
    }
    return archived !== null;
  }

  #below(path: string): string[] {
    const top = cleanPath(path);
    const prefix = top === '/' ? '/' : `${top}/`;
    return [...this.#nodes.keys()].filter((key) => key === top || key.startsWith(prefix));
  }
}

/** The entries of a packed archive, or null when the content is something else. */
export function readArchive(content: Buffer): ArchivedNode[] | null {
  try {
    const parsed = JSON.parse(content.toString()) as { simulatedArchive?: ArchivedNode[] };
    return parsed.simulatedArchive ?? null;
  } catch {
    return null;
  }
}

function directory(): FileNode {
  const now = new Date().toISOString();
  return { content: null, mode: 0o755, created: now, modified: now };
}
