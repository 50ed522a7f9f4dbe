/** Counts the beeps of an audio captcha as a person does: loud stretches, a long silence between the digits. */
export function digitsHeardIn(dataUri: string): string {
  const samples = Buffer.from(dataUri.replace('data:audio/wav;base64,', ''), 'base64').subarray(44);
  const window = 200;
  const loud = Array.from({ length: Math.floor(samples.length / window) }, (_, index) => {
    const part = samples.subarray(index * window, (index + 1) * window);
    return Math.max(...part) - Math.min(...part) > 60;
  });
  const digits: number[] = [];
  let silence = Number.POSITIVE_INFINITY;
  for (const [index, isLoud] of loud.entries()) {
    if (isLoud && loud[index - 1] !== true) {
      // Longer than half a second: the next digit.
      if (silence * window > 4_000) digits.push(0);
      digits.push((digits.pop() ?? 0) + 1);
    }
    silence = isLoud ? 0 : silence + 1;
  }
  return digits.join('');
}
