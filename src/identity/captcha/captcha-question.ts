import { wholeBetween } from './chance.js';

export interface CaptchaQuestion {
  /** As it is drawn. */
  readonly text: string;
  readonly answer: string;
}

/** A small sum (contract auth-users 4): a+b up to 9 each, a-b above zero, or a×b of a little multiplication table. */
export function sumQuestion(): CaptchaQuestion {
  const makers = [addition, subtraction, multiplication];
  return (makers[wholeBetween(0, makers.length - 1)] ?? addition)();
}

/** Three digits, to be heard. */
export function digitsQuestion(): CaptchaQuestion {
  const digits = Array.from({ length: 3 }, () => wholeBetween(1, 6)).join('');
  return { text: digits, answer: digits };
}

function addition(): CaptchaQuestion {
  const [left, right] = [wholeBetween(1, 9), wholeBetween(1, 9)];
  return { text: `${left}+${right}=?`, answer: String(left + right) };
}

function subtraction(): CaptchaQuestion {
  const left = wholeBetween(5, 15);
  const right = wholeBetween(1, left - 1);
  return { text: `${left}-${right}=?`, answer: String(left - right) };
}

function multiplication(): CaptchaQuestion {
  const [left, right] = [wholeBetween(2, 6), wholeBetween(2, 5)];
  return { text: `${left}×${right}=?`, answer: String(left * right) };
}
