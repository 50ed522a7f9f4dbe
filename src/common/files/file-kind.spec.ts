import { describe, expect, it } from '@jest/globals';
import { kindOf } from './file-kind.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('the kind of a file', () => {
  it.each([
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'jpeg'],
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'png'],
    ['RIFF\n\0\0\0WEBPVP8 ', 'webp'],
    ['GIF89a\x01\0\x01\0', 'gif'],
    ['GIF87a\x01\0\x01\0', 'gif'],
    ['%PDF-1.7\n', 'pdf'],
  ])('is found in its first bytes: %j', (content, kind) => {
    expect(kindOf(bytes(content))).toBe(kind);
  });

  it.each([
    '',
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '<?xml version="1.0"?><svg/>',
    '<!doctype html><script>alert(1)</script>',
    ' %PDF-1.7',
    '\n\x89PNG\r\n\x1a\n',
    'RIFF\n\0\0\0WAVEfmt ',
    'GIF90a',
    'II*\0',
    'BM',
    '\xff\xd8',
    'MZ',
  ])('is none for what browsers might run and for what is no known kind: %j', (content) => {
    expect(kindOf(bytes(content))).toBeUndefined();
  });
});
