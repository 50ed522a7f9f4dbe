import { ApiProperty, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsBoolean, IsDefined, IsString, Length, Matches } from 'class-validator';
import { MaxLength, ValidateNested } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { IsServerPath } from '../server-path.js';

/** Names that one call takes. */
const MAXIMUM_FILES = 1_000;
const NOT_EMPTY = { message: 'files must be a non-empty array' };

/** Where to look: `path`, or `directory`, which means the same. */
export class ListFilesQuery {
  /** @example '/world' */
  @OptionalField()
  @IsServerPath()
  path?: string;

  @OptionalField()
  @IsServerPath()
  directory?: string;
}

export class FileQuery {
  /** @example '/server.properties' */
  @IsDefined({ message: 'path query param required' })
  @IsServerPath()
  path!: string;
}

export class RevisionsQuery {
  @IsDefined({ message: 'path query param required' })
  @IsServerPath()
  file!: string;
}

export class RevisionQuery {
  @OptionalField()
  @IsServerPath()
  file?: string;
}

export class DirectoryQuery {
  @OptionalField()
  @IsServerPath()
  directory?: string;
}

/** Where to upload to; clients also send it as the header `x-path`. */
export class UploadQuery {
  @OptionalField()
  @IsServerPath()
  path?: string;
}

export class WriteFileDto {
  /** @example '/server.properties' */
  @IsDefined({ message: 'path is required' })
  @IsServerPath()
  path!: string;

  /**
   * The whole new content; may be empty. The body may have 8 MiB.
   * @example 'motd=Hello'
   */
  @IsString()
  content!: string;
}

/** One path, or with `bulk` names in the directory `path`. */
export class DeleteFilesDto {
  /** @example '/old.log' */
  @IsDefined({ message: 'No files specified' })
  @IsServerPath()
  path!: string;

  @OptionalField()
  @IsArray()
  @ArrayMaxSize(MAXIMUM_FILES)
  @IsServerPath({ each: true })
  files?: string[];

  @OptionalField()
  @IsBoolean()
  bulk?: boolean;
}

export class FilePathDto {
  /** @example '/plugins' */
  @IsDefined({ message: 'path is required' })
  @IsServerPath()
  path!: string;
}

class InDirectoryDto {
  /** The directory that names are relative to; the server's own when absent. */
  @OptionalField()
  @IsServerPath()
  root?: string;
}

export class ArchiveFilesDto extends InDirectoryDto {
  /** @example ['world'] */
  @IsArray(NOT_EMPTY)
  @ArrayNotEmpty(NOT_EMPTY)
  @ArrayMaxSize(MAXIMUM_FILES)
  @IsServerPath({ each: true })
  files!: string[];
}

export class DecompressDto extends InDirectoryDto {
  /** @example 'world.tar.gz' */
  @IsString({ message: 'file must be a string' })
  @IsServerPath()
  file!: string;
}

export class FileRename {
  /** @example 'old.txt' */
  @IsServerPath()
  from!: string;

  /** @example 'new.txt' */
  @IsServerPath()
  to!: string;
}

export class RenameFilesDto extends InDirectoryDto {
  @IsArray(NOT_EMPTY)
  @ArrayNotEmpty(NOT_EMPTY)
  @ArrayMaxSize(MAXIMUM_FILES)
  @ValidateNested({ each: true })
  @Type(() => FileRename)
  files!: FileRename[];
}

export class MoveFilesDto extends ArchiveFilesDto {
  /**
   * Relative to `root`; empty or `/` is the server's own directory.
   * @example 'backups'
   */
  @IsDefined({ message: 'destination is required' })
  @IsServerPath()
  destination!: string;
}

export class FileModeDto {
  /** @example 'start.sh' */
  @IsServerPath()
  file!: string;

  /**
   * Three or four octal digits.
   * @example '755'
   */
  @IsString()
  @Matches(/^[0-7]{3,4}$/, { message: 'mode must have three or four octal digits' })
  mode!: string;
}

export class ChangeModesDto extends InDirectoryDto {
  @IsArray(NOT_EMPTY)
  @ArrayNotEmpty(NOT_EMPTY)
  @ArrayMaxSize(MAXIMUM_FILES)
  @ValidateNested({ each: true })
  @Type(() => FileModeDto)
  files!: FileModeDto[];
}

export class PullFileDto extends InDirectoryDto {
  /**
   * A public http or https address.
   * @example 'https://example.com/plugin.jar'
   */
  @IsString({ message: 'url is required' })
  @Length(1, 2048, { message: 'url is required' })
  url!: string;

  /** The name of the file; the node takes one from the address when absent. */
  @OptionalField()
  @IsString()
  @MaxLength(255)
  @Matches(/^[^/]+$/, { message: 'file_name must be one name' })
  @IsServerPath()
  file_name?: string;
}

/** A file or directory; most facts stand under every name that clients know them by. */
export class FileEntry {
  /** @example 'server.properties' */
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  created!: string | null;

  @ApiProperty({ type: String, nullable: true })
  modified!: string | null;

  @ApiProperty({ type: String, nullable: true })
  modified_at!: string | null;

  /** @example '-rw-r--r--' */
  mode!: string;

  /** @example '644' */
  mode_bits!: string;

  /** Bytes. */
  size!: number;

  directory!: boolean;

  is_directory!: boolean;

  isDirectory!: boolean;

  file!: boolean;

  is_file!: boolean;

  symlink!: boolean;

  /** @example 'text/plain' */
  mime!: string;
}

/** Work that the node does. */
export class FileWork {
  @ApiProperty({ enum: [true] })
  success!: true;

  /** Whether the node is still at it. */
  pending!: boolean;
}

/** The new archive, unless the node is still at it. */
export class ArchiveWork extends PartialType(FileEntry) {
  @ApiProperty({ enum: [true] })
  success!: true;

  /** Whether the node is still at it. */
  pending!: boolean;
}

/** Where a browser speaks to the node itself. */
export class FileGrant {
  /** Goes behind `url` as `?token=`. */
  token!: string;

  url!: string;
}

export class FileRevision {
  id!: string;

  revision!: string;

  @ApiProperty({ type: String, nullable: true })
  timestamp!: string | null;

  @ApiProperty({ type: String, nullable: true })
  created!: string | null;

  /** Bytes. */
  size!: number;
}

export class LargeDirectory {
  name!: string;

  /** Bytes. */
  size!: number;
}
