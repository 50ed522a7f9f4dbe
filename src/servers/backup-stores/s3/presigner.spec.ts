import { expect, it } from '@jest/globals';
import { presigner } from './presigner.js';

/** The example of the AWS documentation ("Authenticating Requests: Using Query Parameters"). */
const key = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const sign = presigner(key, new Date('2013-05-24T00:00:00Z'));

it('signs the example of the AWS documentation as it is printed there', () => {
  const url = sign({
    method: 'GET',
    origin: 'https://examplebucket.s3.amazonaws.com',
    path: '/test.txt',
    expiresSeconds: 86_400,
  });
  expect(url).toBe(
    'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
      '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
});

it('signs what it asks for: method, path, query, time and port each change the signature', () => {
  const base = { method: 'PUT', origin: 'http://store.test:9000', path: '/b/k', expiresSeconds: 60 } as const;
  const signatureOf = (url: string): string | null => new URL(url).searchParams.get('X-Amz-Signature');
  const signatures = [
    sign(base),
    sign({ ...base, method: 'GET' }),
    sign({ ...base, path: '/b/k2' }),
    sign({ ...base, query: { partNumber: '2' } }),
    sign({ ...base, expiresSeconds: 61 }),
    sign({ ...base, origin: 'http://store.test:9001' }),
    presigner(key, new Date('2013-05-24T00:00:01Z'))(base),
    presigner({ ...key, region: 'eu-central-1' }, new Date('2013-05-24T00:00:00Z'))(base),
  ].map(signatureOf);
  expect(new Set(signatures).size).toBe(signatures.length);
});

it('encodes what has a meaning in URLs, and leaves slashes of the path', () => {
  const url = sign({
    method: 'GET',
    origin: 'https://store.test',
    path: "/a b/(c)'*!.gz",
    query: { uploads: '', 'response-content-disposition': 'attachment; filename="x y.gz"' },
    expiresSeconds: 60,
  });
  expect(url).toContain('https://store.test/a%20b/%28c%29%27%2A%21.gz?');
  expect(url).toContain('&response-content-disposition=attachment%3B%20filename%3D%22x%20y.gz%22&uploads=&');
});
