import { describe, expect, it } from '@jest/globals';
import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it('quotes what would end a field', () => {
    expect(csvLine(['a', 'b,c', 'd"e', 'f\ng'])).toBe('a,"b,c","d""e","f\ng"\r\n');
  });

  it('writes numbers, dates and objects as they are, and nothing for what is missing', () => {
    expect(csvLine([-1, true, null, undefined, new Date(0), { a: 1 }])).toBe(
      '-1,true,,,1970-01-01T00:00:00.000Z,"{""a"":1}"\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('disarms the formula %j', (text) => {
    expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/);
  });
});
