/** The kinds of files that the panel takes from people, with the type and extension that it gives them itself. */
export const FILE_KINDS = {
  jpeg: { contentType: 'image/jpeg', extension: 'jpg' },
  png: { contentType: 'image/png', extension: 'png' },
  webp: { contentType: 'image/webp', extension: 'webp' },
  gif: { contentType: 'image/gif', extension: 'gif' },
  pdf: { contentType: 'application/pdf', extension: 'pdf' },
} as const;

export type FileKind = keyof typeof FILE_KINDS;

/** The bytes that each kind begins with, as Latin-1 text; a dot stands for any byte. */
const BEGINNINGS: Readonly<Record<FileKind, RegExp>> = {
  jpeg: /^\xff\xd8\xff/,
  png: /^\x89PNG\r\n\x1a\n/,
  webp: /^RIFF.{4}WEBP/s,
  gif: /^GIF8[79]a/,
  pdf: /^%PDF-\d/,
};

const LONGEST_BEGINNING = 16;

/**
 * What a file is by its own first bytes. Names and types that a client sends are never asked: SVG and HTML, which a
 * browser would run, have no kind at all.
 */
export function kindOf(content: Uint8Array): FileKind | undefined {
  const beginning = Buffer.from(content.subarray(0, LONGEST_BEGINNING)).toString('latin1');
  return (Object.keys(BEGINNINGS) as FileKind[]).find((kind) => BEGINNINGS[kind].test(beginning));
}
