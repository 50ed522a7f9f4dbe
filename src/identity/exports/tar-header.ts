const TAR_BLOCK = 512;

const CHECKSUM_AT = 148;
const CHECKSUM_LENGTH = 8;
/** Eleven octal digits: what the field of the size can say. */
const MAXIMUM_SIZE = 8 ** 11 - 1;

/**
 * The header of one file in a tar archive (POSIX ustar).
 * @param name at most 100 ASCII characters
 * @param size bytes of the file
 */
export function tarHeader(name: string, size: number, modified: Date): Buffer {
  if (size > MAXIMUM_SIZE) throw new Error('Too large for a tar archive');
  const header = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, at: number, length: number): void => {
    header.write(
      `${Math.trunc(value)
        .toString(8)
        .padStart(length - 1, '0')}\0`,
      at,
      'ascii',
    );
  };
  header.write(name, 0, 100, 'ascii');
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(modified.getTime() / 1000, 136, 12);
  header.write('0', 156, 'ascii');
  header.write('ustar\x0000', 257, 'ascii');
  header.fill(' ', CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_LENGTH);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, CHECKSUM_AT, 'ascii');
  return header;
}

/** What follows a file of this size that is the last of its archive: zeros up to a whole block, and two empty blocks. */
export const tarEnd = (size: number): Buffer =>
  Buffer.alloc(((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK) + 2 * TAR_BLOCK);
