import type { WingsFileEntry, WingsRevision } from '../../nodes/wings/wings-file-answers.js';
import type { FileEntry, FileRevision } from './dto/files.dto.js';

export function toFileEntry(entry: WingsFileEntry): FileEntry {
  const { name, created, modified, mode, modeBits, size, isDirectory, isFile, isSymlink, mime } = entry;
  return {
    name,
    created,
    modified,
    modified_at: modified,
    mode,
    mode_bits: modeBits,
    size,
    directory: isDirectory,
    is_directory: isDirectory,
    isDirectory,
    file: isFile,
    is_file: isFile,
    symlink: isSymlink,
    mime,
  };
}

export const toFileRevision = ({ id, created, size }: WingsRevision): FileRevision => ({
  id,
  revision: id,
  timestamp: created,
  created,
  size,
});
