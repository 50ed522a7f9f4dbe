import { Injectable } from '@nestjs/common';
import { badRequest } from '../../common/errors/panel-error.js';
import type {
  ArchiveFilesDto,
  ArchiveWork,
  ChangeModesDto,
  DecompressDto,
  DeleteFilesDto,
  FileWork,
  MoveFilesDto,
  PullFileDto,
  RenameFilesDto,
} from './dto/files.dto.js';
import { FileGate } from './file-gate.service.js';
import type { FileChange } from './file-gate.service.js';
import { toFileEntry } from './file.mapper.js';
import { requirePublicAddress } from './pull-address.js';
import { ServerPath } from './server-path.js';

/** Names that the record of a change shows. */
const RECORDED_NAMES = 50;
const DONE: Readonly<FileWork> = Object.freeze({ success: true, pending: false });
const AT_IT: Readonly<FileWork> = Object.freeze({ success: true, pending: true });

/** Changes the files of servers other than by writing bytes into them. */
@Injectable()
export class FileChanges {
  constructor(private readonly gate: FileGate) {}

  /** @throws PanelError 400 without a name, 409 for what the state forbids; 502 and 504 of the node. */
  async createDirectory(change: FileChange, path: ServerPath): Promise<void> {
    requireName(path);
    await this.gate.change(change, 'create-directory', { path: path.toString() }, (files) =>
      files.createDirectory(path.parent.toString(), path.name),
    );
  }

  async delete(change: FileChange, { path, files: names, bulk }: DeleteFilesDto): Promise<FileWork> {
    const place = ServerPath.of(path);
    const isBulk = bulk === true || names !== undefined;
    const root = isBulk ? place : place.parent;
    const files = isBulk ? namesIn(root, names ?? []) : [place.name].filter((name) => name !== '');
    if (files.length === 0) throw badRequest('No files specified', 'files.none');
    const done = await this.gate.longChange(change, 'delete', recordOf(root, files), (daemon) =>
      daemon.delete(root.toString(), files),
    );
    return done === undefined ? AT_IT : DONE;
  }

  async rename(change: FileChange, { root: directory, files: wanted }: RenameFilesDto): Promise<void> {
    const root = ServerPath.of(directory ?? '/');
    const files = wanted.map(({ from, to }) => ({ from: nameIn(root, from), to: nameIn(root, to) }));
    const shown = files.slice(0, RECORDED_NAMES);
    await this.gate.change(change, 'rename', { root: root.toString(), files: shown }, (daemon) =>
      daemon.rename(root.toString(), files),
    );
  }

  async move(change: FileChange, { root: directory, files: names, destination }: MoveFilesDto): Promise<void> {
    const root = ServerPath.of(directory ?? '/');
    const wanted = ServerPath.of(destination);
    const target = wanted.isRoot ? ServerPath.ROOT : root.below(wanted.relative);
    const files = names.map((name) => {
      const from = root.below(name);
      requireName(from);
      return { from: from.relative, to: target.below(from.name).relative };
    });
    const shown = files.slice(0, RECORDED_NAMES);
    await this.gate.change(change, 'rename', { root: '/', files: shown }, (daemon) => daemon.rename('/', files));
  }

  async changeModes(change: FileChange, { root: directory, files: wanted }: ChangeModesDto): Promise<void> {
    const root = ServerPath.of(directory ?? '/');
    const files = wanted.map(({ file, mode }) => ({ file: nameIn(root, file), mode }));
    const shown = files.slice(0, RECORDED_NAMES);
    await this.gate.change(change, 'chmod', { root: root.toString(), files: shown }, (daemon) =>
      daemon.changeModes(root.toString(), files),
    );
  }

  async copy(change: FileChange, path: ServerPath): Promise<FileWork> {
    requireName(path);
    const done = await this.gate.longChange(change, 'copy', { path: path.toString() }, (daemon) =>
      daemon.copy(path.toString()),
    );
    return done === undefined ? AT_IT : DONE;
  }

  async archive(change: FileChange, { root: directory, files: names }: ArchiveFilesDto): Promise<ArchiveWork> {
    const root = ServerPath.of(directory ?? '/');
    const files = namesIn(root, names);
    const done = await this.gate.longChange(change, 'compress', recordOf(root, files), (daemon) =>
      daemon.compress(root.toString(), files),
    );
    return done === undefined ? AT_IT : { ...DONE, ...toFileEntry(done.result) };
  }

  async decompress(change: FileChange, { root: directory, file }: DecompressDto): Promise<FileWork> {
    const root = ServerPath.of(directory ?? '/');
    const name = nameIn(root, file);
    const done = await this.gate.longChange(change, 'decompress', recordOf(root, [name]), (daemon) =>
      daemon.decompress(root.toString(), name),
    );
    return done === undefined ? AT_IT : DONE;
  }

  /** @throws PanelError 400 for an address that is not public, besides the usual. */
  async pull(change: FileChange, { root: directory, url, file_name: fileName }: PullFileDto): Promise<void> {
    const root = ServerPath.of(directory ?? '/').toString();
    const address = await requirePublicAddress(url);
    // The query of an address may hold what its owner keeps to himself.
    const shown = `${address.origin}${address.pathname}`;
    await this.gate.change(change, 'pull', { root, url: shown }, (daemon) =>
      daemon.pull({ root, url: address.href, fileName }),
    );
  }
}

const recordOf = (root: ServerPath, files: readonly string[]) => ({
  root: root.toString(),
  files: files.slice(0, RECORDED_NAMES),
  count: files.length,
});

const namesIn = (root: ServerPath, names: readonly string[]): string[] => names.map((name) => nameIn(root, name));

/** How a file is called from a directory; the directory itself is no file in it. */
function nameIn(root: ServerPath, text: string): string {
  const name = root.relativeOf(root.below(text));
  if (name === '') throw badRequest('A file needs a name', 'files.no_name');
  return name;
}

function requireName(path: ServerPath): void {
  if (path.isRoot) throw badRequest('A file needs a name', 'files.no_name');
}
