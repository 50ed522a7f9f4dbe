/** The kinds of files that the panel takes from people, with the type and extension that it gives them itself. */
export const FILE_KINDS = {
  jpeg: { contentType: 'image/jpeg', extension: 'jpg' },
  png: { contentType: 'image/png', extension: 'png' },
  webp: { contentType: 'image/webp', extension: 'webp' },
  gif: { contentType: 'image/gif', extension: 'gif' },
  pdf: { contentType: 'application/pdf', extension: 'pdf' },
} as const;

export type FileKind = keyof typeof FILE_KINDS;

/** The bytes that each kind begins with, in hex. */
const BEGINNINGS: Readonly<Record<FileKind, RegExp>> = {
  jpeg: /^ffd8ff/,
  png: /^89504e470d0a1a0a/,
  // RIFF, four bytes of length, WEBP
  webp: /^52494646.{8}57454250/,
  // GIF87a and GIF89a
  gif: /^474946383[79]61/,
  // %PDF- and a digit
  pdf: /^255044462d3\d/,
};

const LONGEST_BEGINNING = 16;

/**
 * What a file is by its own first bytes. Names and types that a client sends are never asked: SVG and HTML, which a
 * browser would run, have no kind at all.
 */
export function kindOf(content: Uint8Array): FileKind | undefined {
  const beginning = Buffer.from(content.subarray(0, LONGEST_BEGINNING)).toString('hex');
  return (Object.keys(BEGINNINGS) as FileKind[]).find((kind) => BEGINNINGS[kind].test(beginning));
}
