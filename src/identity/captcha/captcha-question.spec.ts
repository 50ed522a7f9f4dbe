import { describe, expect, it } from '@jest/globals';
import { digitsQuestion, sumQuestion } from './captcha-question.js';
import { GLYPHS } from './glyphs.js';

const MANY = Array.from({ length: 500 }, (_, index) => index);

describe('a sum', () => {
  it('has the answer that it asks for', () => {
    for (const { text, answer } of MANY.map(sumQuestion)) {
      const [, left, sign, right] = /^(\d+)([+×-])(\d+)=\?$/.exec(text) ?? [];
      const [one, other] = [Number(left), Number(right)];
      const result = sign === '+' ? one + other : sign === '-' ? one - other : one * other;
      expect(answer).toBe(String(result));
      expect(result).toBeGreaterThan(0);
    }
  });

  it('is drawn of glyphs that there are', () => {
    const used = new Set(MANY.flatMap(() => [...sumQuestion().text]));
    expect([...used].filter((character) => GLYPHS[character] === undefined)).toEqual([]);
  });
});

it('a number to be heard is of three digits that can be counted', () => {
  for (const { answer } of MANY.map(digitsQuestion)) expect(answer).toMatch(/^[1-6]{3}$/);
});
