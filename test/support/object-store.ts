import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const STORE_KEY = { accessKeyId: 'TESTKEY', secretAccessKey: 'test/secret+key', region: 'eu-test-1' };

interface Upload {
  readonly key: string;
  readonly parts: Map<number, { etag: string; content: Buffer }>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/**
 * A bucket of an S3-like store on loopback, addressed by path. It takes signed URLs only and checks each signature by
 * itself, from the rules of AWS and not with the panel's code.
 */
export class TestObjectStore {
  /** The objects, by key. */
  readonly objects = new Map<string, Buffer>();
  readonly uploads = new Map<string, Upload>();
  /** Method and path of what was asked, refusals included. */
  readonly requests: string[] = [];
  /** Answers 503 to everything but parts. */
  away = false;
  /** What to wait for before a completion is answered, and whether it is done all the same. */
  beforeCompletion: (() => Promise<void>) | undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<TestObjectStore> {
    const holder: { store?: TestObjectStore } = {};
    const server = createServer((request, response) => void holder.store?.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    holder.store = new TestObjectStore(server, `http://127.0.0.1:${port}`);
    return holder.store;
  }

  /** The body with which an administrator adds this store. */
  configuration(name: string, partSizeMib = 5): object {
    const { accessKeyId, secretAccessKey, region } = STORE_KEY;
    const s3 = { endpoint: this.url, region, bucket: 'backups', accessKeyId, secretAccessKey, partSizeMib };
    return { name, adapter: 's3', s3 };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const method = request.method ?? '';
    this.requests.push(`${method} ${url.pathname}`);
    const { status, headers = {}, body = '' } = await this.handle(method, url, Buffer.concat(chunks));
    response.writeHead(status, headers).end(method === 'HEAD' ? undefined : body);
  }

  private async handle(method: string, url: URL, body: Buffer): Promise<Answer> {
    const query = url.searchParams;
    if (this.away && !query.has('partNumber')) return failure(503, 'ServiceUnavailable');
    if (!isSigned(method, url)) return failure(403, 'SignatureDoesNotMatch');
    const [, bucket, ...rest] = decodeURIComponent(url.pathname).split('/');
    if (bucket !== 'backups') return failure(404, 'NoSuchBucket');
    const key = rest.join('/');
    if (query.has('uploads')) return method === 'POST' ? this.begin(key) : this.list(query.get('prefix') ?? '');
    const uploadId = query.get('uploadId');
    return uploadId === null ? this.object(method, key, query) : this.part(method, { key, uploadId }, query, body);
  }

  private begin(key: string): Answer {
    const uploadId = `upload-${randomBytes(6).toString('hex')}`;
    this.uploads.set(uploadId, { key, parts: new Map() });
    return { status: 200, body: `<R><Key>${key}</Key><UploadId>${uploadId}</UploadId></R>` };
  }

  private list(prefix: string): Answer {
    const found = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix));
    return { status: 200, body: `<R>${found.map(([id]) => `<U><UploadId>${id}</UploadId></U>`).join('')}</R>` };
  }

  private async part(
    method: string,
    { key, uploadId }: { key: string; uploadId: string },
    query: URLSearchParams,
    body: Buffer,
  ): Promise<Answer> {
    const upload = this.uploads.get(uploadId);
    if (upload === undefined || upload.key !== key) return failure(404, 'NoSuchUpload');
    if (method === 'DELETE') {
      this.uploads.delete(uploadId);
      return { status: 204 };
    }
    if (method === 'POST') return this.complete(uploadId, upload, body.toString());
    const etag = createHash('md5').update(body).digest('hex');
    upload.parts.set(Number(query.get('partNumber')), { etag, content: body });
    return { status: 200, headers: { etag: `"${etag}"` } };
  }

  private async complete(uploadId: string, { key, parts }: Upload, xml: string): Promise<Answer> {
    const listed = [...xml.matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag>/g)];
    const contents = listed.map(([, number, etag]) => {
      const part = parts.get(Number(number));
      return part !== undefined && etag === `&#34;${part.etag}&#34;` ? part.content : undefined;
    });
    if (listed.length === 0 || contents.some((content) => content === undefined)) return failure(400, 'InvalidPart');
    this.uploads.delete(uploadId);
    this.objects.set(key, Buffer.concat(contents.flatMap((content) => content ?? [])));
    await this.beforeCompletion?.();
    return { status: 200, body: `<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>` };
  }

  private object(method: string, key: string, query: URLSearchParams): Answer {
    const content = this.objects.get(key);
    if (method === 'DELETE') {
      this.objects.delete(key);
      return { status: 204 };
    }
    if (content === undefined) return failure(404, 'NoSuchKey');
    const disposition = query.get('response-content-disposition');
    return {
      status: 200,
      headers: {
        'content-type': query.get('response-content-type') ?? 'binary/octet-stream',
        ...(disposition !== null && { 'content-disposition': disposition }),
      },
      body: content,
    };
  }
}

const failure = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`,
});

/** Signature Version 4 in the query, of the host and an unsigned body. */
function isSigned(method: string, url: URL): boolean {
  const pairs = url.search
    .slice(1)
    .split('&')
    .filter((pair) => !pair.startsWith('X-Amz-Signature='));
  const query = url.searchParams;
  const [keyId, day = '', region = '', service = '', end = ''] = (query.get('X-Amz-Credential') ?? '').split('/');
  const time = query.get('X-Amz-Date') ?? '';
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const expired = !(Date.now() < at + Number(query.get('X-Amz-Expires')) * 1000);
  if (expired || keyId !== STORE_KEY.accessKeyId || region !== STORE_KEY.region || service !== 's3') return false;
  const canonical = `${method}\n${url.pathname}\n${pairs.sort().join('&')}\nhost:${url.host}\n\nhost\nUNSIGNED-PAYLOAD`;
  const hashed = createHash('sha256').update(canonical).digest('hex');
  const text = `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/s3/aws4_request\n${hashed}`;
  let key: string | Buffer = `AWS4${STORE_KEY.secretAccessKey}`;
  for (const part of [day, region, service, end]) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(text).digest('hex') === query.get('X-Amz-Signature');
}
