const MIB = 1_048_576;
/** S3's own bounds. */
export const MAXIMUM_PARTS = 10_000;
const MAXIMUM_PART_MIB = 5 * 1024;
/** URLs of one answer while an archive is streamed. */
export const PARTS_PER_PAGE = 50;
/** More URLs than this in one answer take the panel noticeable time to sign. */
const COMFORTABLE_PARTS = 500;

/**
 * How an archive of a known size is cut: parts of the usual size, larger ones when those would be very many.
 * @returns at least one part; `count` may be beyond S3's bound for what is larger than S3 takes.
 */
export function bufferedParts(bytes: number, usualMib: number): { count: number; sizeMib: number } {
  const needed = Math.ceil(bytes / MIB / COMFORTABLE_PARTS);
  const sizeMib = Math.min(Math.max(usualMib, needed), MAXIMUM_PART_MIB);
  return { count: Math.max(1, Math.ceil(bytes / (sizeMib * MIB))), sizeMib };
}
