import { describe, expect, it } from '@jest/globals';
import { decodeFrame, encodeFrame } from './frames.js';

const decode = (text: string, isBinary = false) => decodeFrame(Buffer.from(text), isBinary);

describe('reading console messages', () => {
  it.each([
    ['{"event":"auth","args":["x"]}', { event: 'auth', args: ['x'] }],
    ['{"event":"auth success"}', { event: 'auth success', args: [] }],
    ['{"event":"send logs","args":null}', { event: 'send logs', args: [] }],
    ['{"event":"send logs","args":[null,"a",1]}', { event: 'send logs', args: ['a'] }],
  ])('reads %s', (text, frame) => expect(decode(text)).toEqual(frame));

  it.each(['', 'nonsense', 'null', '[]', '"text"', '{}', '{"event":1}', `{"event":"${'x'.repeat(65)}"}`])(
    'takes %s for no message',
    (text) => expect(decode(text)).toBeUndefined(),
  );

  it('takes binary frames for no message', () => expect(decode('{"event":"auth"}', true)).toBeUndefined());

  it('reads what it writes', () => {
    expect(decodeFrame(encodeFrame('console output', ['ä\u001b[0m']), false)).toEqual({
      event: 'console output',
      args: ['ä\u001b[0m'],
    });
  });
});
