import type { GuardedFetch } from '../../../common/net/guarded-fetch.js';
import { presigner } from './presigner.js';
import type { UnsignedRequest } from './presigner.js';
import { errorCodeOf, partListXml, textsOf } from './s3-xml.js';
import type { UploadedPart } from './s3-xml.js';

/** A bucket of an S3-compatible store, and the key to it. */
export interface S3Target {
  /** Scheme and host, `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Whether the bucket stands in the path, not in the host's name. */
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The store understood and refused: asking again changes nothing. */
export class StoreRefused extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
  ) {
    super(`the object store answered ${status} ${reason}`);
  }
}

/** The store is away or in trouble. */
export class StoreUnavailable extends Error {}

/** How long the panel's own calls are good. */
const CALL_SECONDS = 300;
/** An upload may take until the backup expires. */
const UPLOAD_SECONDS = 24 * 3600;
/** A restore starts at once; a download is begun by a person. */
const DOWNLOAD_SECONDS = 3600;
/** Answers that are trouble of the moment although they are below 500. */
const TRANSIENT = new Set([408, 425, 429]);

/** One bucket: what the panel asks it, and the URLs that it signs for daemons and browsers. */
export class ObjectStore {
  constructor(
    private readonly target: S3Target,
    private readonly fetch: GuardedFetch,
  ) {}

  /** Begins a multipart upload. @returns its id. @throws StoreRefused, StoreUnavailable. */
  async beginUpload(key: string): Promise<string> {
    const answer = await this.call('POST', key, { query: { uploads: '' } });
    const [uploadId] = textsOf(answer, 'UploadId');
    if (uploadId === undefined) throw new StoreRefused(200, 'no upload id');
    return uploadId;
  }

  /** URLs to which a daemon PUTs parts, numbered from `from`. */
  partUrls(key: string, uploadId: string, { from, count }: { from: number; count: number }): string[] {
    const sign = presigner(this.target);
    return Array.from({ length: count }, (_, index) =>
      sign(this.request('PUT', key, { partNumber: String(from + index), uploadId }, UPLOAD_SECONDS)),
    );
  }

  /** Puts the parts together. @throws StoreRefused `NoSuchUpload` also after it was done before. */
  async completeUpload(key: string, uploadId: string, parts: readonly UploadedPart[]): Promise<void> {
    const answer = await this.call('POST', key, { query: { uploadId }, body: partListXml(parts) });
    // The store begins to answer 200 before it knows how it ends.
    const code = errorCodeOf(answer);
    if (code === 'InternalError' || code === 'SlowDown') throw new StoreUnavailable(code);
    if (code !== undefined) throw new StoreRefused(200, code);
  }

  async exists(key: string): Promise<boolean> {
    return (await this.callUnless404('HEAD', key)) !== undefined;
  }

  /** Deletes an object and whatever uploads of it were begun; what is not there is deleted already. */
  async remove(key: string, uploadId?: string | null): Promise<void> {
    if (typeof uploadId === 'string') await this.abortUpload(key, uploadId);
    await this.abortUploads(key);
    await this.callUnless404('DELETE', key);
  }

  /** Ends the uploads of an object that nobody knows of: the panel died before it noted their ids. */
  async abortUploads(key: string): Promise<void> {
    for (const uploadId of await this.uploadsOf(key)) await this.abortUpload(key, uploadId);
  }

  /** Ends an upload; one that is not there has ended. */
  async abortUpload(key: string, uploadId: string): Promise<void> {
    await this.callUnless404('DELETE', key, { query: { uploadId } });
  }

  /** Where an archive is fetched; Go Wings insists on the type. @param fileName for browsers. */
  downloadUrl(key: string, fileName?: string): string {
    const query = {
      'response-content-type': 'application/gzip',
      ...(fileName !== undefined && { 'response-content-disposition': `attachment; filename="${fileName}"` }),
    };
    return presigner(this.target)(this.request('GET', key, query, DOWNLOAD_SECONDS));
  }

  /** Keys that may not list uploads are no reason to keep the object. */
  private async uploadsOf(key: string): Promise<string[]> {
    try {
      return textsOf(await this.call('GET', '', { query: { uploads: '', prefix: key } }), 'UploadId');
    } catch (error) {
      if (error instanceof StoreRefused) return [];
      throw error;
    }
  }

  private async callUnless404(...request: Parameters<ObjectStore['call']>): Promise<string | undefined> {
    try {
      return await this.call(...request);
    } catch (error) {
      if (error instanceof StoreRefused && error.status === 404) return undefined;
      throw error;
    }
  }

  private async call(
    method: UnsignedRequest['method'],
    key: string,
    { query = {}, body }: { query?: Readonly<Record<string, string>>; body?: string } = {},
  ): Promise<string> {
    const url = presigner(this.target)(this.request(method, key, query, CALL_SECONDS));
    const { status, text } = await this.send(method, url, body);
    if (status >= 200 && status < 300) return text;
    const code = errorCodeOf(text) ?? '';
    // Neither a redirect nor a wrong key tells anything about the object.
    if (status < 400 || status >= 500 || TRANSIENT.has(status)) throw new StoreUnavailable(`${status} ${code}`);
    throw new StoreRefused(status, code);
  }

  private async send(method: string, url: string, body?: string): Promise<{ status: number; text: string }> {
    try {
      const answer = await this.fetch(url, { method, ...(body !== undefined && { body }) });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      // Its message may name the signed URL.
      throw new StoreUnavailable(error instanceof Error ? error.name : 'no answer');
    }
  }

  private request(
    method: UnsignedRequest['method'],
    key: string,
    query: Readonly<Record<string, string>>,
    expiresSeconds: number,
  ): UnsignedRequest {
    const { endpoint, bucket, pathStyle } = this.target;
    const url = new URL(endpoint);
    if (pathStyle) return { method, origin: url.origin, path: `/${bucket}/${key}`, query, expiresSeconds };
    url.hostname = `${bucket}.${url.hostname}`;
    return { method, origin: url.origin, path: `/${key}`, query, expiresSeconds };
  }
}
