/** A part that a daemon has uploaded. */
export interface UploadedPart {
  readonly partNumber: number;
  /** As the store answered it, with quotes or without. */
  readonly etag: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The texts of all elements of a name; S3's answers are flat enough for that. */
export const textsOf = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) =>
    text.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => ENTITIES[entity] ?? ''),
  );

/** The code of an error document; undefined for any other text. */
export const errorCodeOf = (xml: string): string | undefined =>
  /<Error[\s>]/.test(xml) ? (textsOf(xml, 'Code')[0] ?? 'unknown') : undefined;

/** What CompleteMultipartUpload takes, in the order of the numbers. */
export function partListXml(parts: readonly UploadedPart[]): string {
  const sorted = [...parts].sort((left, right) => left.partNumber - right.partNumber);
  const elements = sorted.map(({ partNumber, etag }) => {
    const quoted = `"${etag.replaceAll('"', '')}"`;
    return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escaped(quoted)}</ETag></Part>`;
  });
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  return `<CompleteMultipartUpload xmlns="${namespace}">${elements.join('')}</CompleteMultipartUpload>`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0).toString()};`);
