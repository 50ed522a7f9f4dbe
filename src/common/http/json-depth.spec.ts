import { describe, expect, it } from '@jest/globals';
import { refuseOddJson } from './json-depth.js';

const check = (text: string): void => refuseOddJson(Buffer.from(text), 'utf-8');
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('refuseOddJson', () => {
  it('accepts what bodies of the API need', () => {
    expect(() => check(`{"egg":${nested(60)}}`)).not.toThrow();
    expect(() => check(nested(64))).not.toThrow();
  });

  it('refuses more levels, in lists and objects', () => {
    expect(() => check(nested(65))).toThrow('nested too deeply');
    expect(() => check('{"a":'.repeat(65))).toThrow('nested too deeply');
    expect(() => check(nested(500_000))).toThrow('nested too deeply');
  });

  it('does not count brackets in texts, nor those that are closed', () => {
    expect(() => check(JSON.stringify({ startup: '['.repeat(1000), quote: '\\"['.repeat(100) }))).not.toThrow();
    expect(() => check(`[${Array(1000).fill('[{}]').join()}]`)).not.toThrow();
  });

  it('refuses other encodings than UTF-8, in which brackets look otherwise', () => {
    expect(() => refuseOddJson(Buffer.from('{}', 'utf16le'), 'utf-16le')).toThrow('UTF-8');
  });

  it('leaves nonsense to the parser', () => {
    expect(() => check('"\\')).not.toThrow();
    expect(() => check(']]]]')).not.toThrow();
  });
});
