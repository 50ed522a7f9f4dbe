import { createHash, createHmac } from 'node:crypto';

/** Who signs, and where the signature counts. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export interface UnsignedRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Scheme and host of the store, without a path. */
  readonly origin: string;
  /** Begins with a slash, not yet encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Seconds for which the URL is good, at most a week. */
  readonly expiresSeconds: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Signs requests to S3 in their URLs (AWS Signature Version 4, "Authenticating Requests: Using Query Parameters").
 * Only `host` is signed, so that daemons may send any Content-Type, and the body is not (`UNSIGNED-PAYLOAD`).
 * @returns a function that signs with a key derived once.
 */
export function presigner(key: SigningKey, now: Date = new Date()): (request: UnsignedRequest) => string {
  const timestamp = now.toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = timestamp.slice(0, 8);
  const scope = `${day}/${key.region}/s3/aws4_request`;
  const signingKey = [day, key.region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${key.secretAccessKey}`,
  );
  return ({ method, origin, path, query = {}, expiresSeconds }) => {
    const url = new URL(origin);
    const uri = encodedPath(path);
    const canonicalQuery = encodedQuery({
      ...query,
      'X-Amz-Algorithm': ALGORITHM,
      'X-Amz-Credential': `${key.accessKeyId}/${scope}`,
      'X-Amz-Date': timestamp,
      'X-Amz-Expires': String(expiresSeconds),
      'X-Amz-SignedHeaders': 'host',
    });
    const canonical = [method, uri, canonicalQuery, `host:${url.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
    const hashed = createHash('sha256').update(canonical).digest('hex');
    const text = [ALGORITHM, timestamp, scope, hashed].join('\n');
    const signature = createHmac('sha256', signingKey).update(text).digest('hex');
    return `${url.origin}${uri}?${canonicalQuery}&X-Amz-Signature=${signature}`;
  };
}

/** As AWS wants it: everything but unreserved characters, each byte as `%XY`. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const encodedPath = (path: string): string => path.split('/').map(encoded).join('/');

/** Sorted by the encoded names, by code unit. */
const encodedQuery = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
