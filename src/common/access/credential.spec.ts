import { describe, expect, it } from '@jest/globals';
import { credentialOf } from './credential.js';

const LONG = 'x'.repeat(21);
const of = (headers: Record<string, string>) => credentialOf(headers, 'panel');

describe('the credential of a request', () => {
  it('is none when nothing is sent', () => {
    expect(of({})).toEqual({ kind: 'none' });
    expect(of({ cookie: 'other=1' })).toEqual({ kind: 'none' });
    expect(of({ authorization: '' })).toEqual({ kind: 'none' });
  });

  it.each([
    [`Bearer ${LONG}`, { kind: 'bearer', value: LONG }],
    [`bearer ${LONG}`, { kind: 'bearer', value: LONG }],
    [LONG, { kind: 'bearer', value: LONG }],
    ['ApiKey abc', { kind: 'api-key', value: 'abc' }],
    ['APIKEY abc', { kind: 'api-key', value: 'abc' }],
  ])('reads the header %p', (authorization, expected) => {
    expect(of({ authorization })).toEqual(expected);
  });

  it.each(['Basic dXNlcjpwYXNz', 'Bearer a b', 'Bearer', 'short', 'Digest x'])(
    'refuses the form %p even beside a good cookie',
    (authorization) => {
      expect(of({ authorization, cookie: 'panel=good' })).toEqual({ kind: 'malformed' });
    },
  );

  it('takes the first source: header, then key, then cookie', () => {
    expect(of({ authorization: 'ApiKey a', 'x-api-key': 'b', cookie: 'panel=c' })).toEqual({
      kind: 'api-key',
      value: 'a',
    });
    expect(of({ 'x-api-key': 'b', cookie: 'panel=c' })).toEqual({ kind: 'api-key', value: 'b' });
    expect(of({ cookie: 'panel=c' })).toEqual({ kind: 'cookie', value: 'c' });
  });

  it('keeps the cookie beside a bearer, for a stale value in the browser', () => {
    expect(of({ authorization: `Bearer ${LONG}`, cookie: 'panel=c' })).toEqual({
      kind: 'bearer',
      value: LONG,
      cookie: 'c',
    });
  });

  it('prefers the configured cookie name to the name of the examples', () => {
    expect(of({ cookie: 'session=old; panel=new' })).toEqual({ kind: 'cookie', value: 'new' });
    expect(of({ cookie: 'session=old; panel=' })).toEqual({ kind: 'cookie', value: 'old' });
  });
});
