import { between } from './chance.js';

const RATE = 8_000;
const HEADER_BYTES = 44;
const [BEEP_SECONDS, GAP_SECONDS, PAUSE_SECONDS] = [0.16, 0.16, 0.9];

/** Each digit as so many beeps, with a pause between the digits: WAV, 8 bits, mono. Pitch and noise differ each time. */
export function beepDigits(digits: string): Buffer {
  const parts = [...digits].flatMap((digit) => {
    const pitch = between(420, 900);
    const beeps = Array.from({ length: Number(digit) }, () => [tone(BEEP_SECONDS, pitch), tone(GAP_SECONDS, 0)]);
    return [...beeps.flat(), tone(PAUSE_SECONDS, 0)];
  });
  return wave(Buffer.concat([tone(0.4, 0), ...parts]));
}

/** A sound of some pitch (Hz; 0 is none) over a little noise. */
function tone(seconds: number, pitch: number): Buffer {
  const length = Math.round(seconds * RATE * between(0.92, 1.08));
  const samples = Buffer.alloc(length);
  for (let index = 0; index < length; index++) {
    // Fades in and out: a hard edge clicks.
    const edge = Math.min(1, index / 120, (length - index) / 120);
    const sound = pitch === 0 ? 0 : Math.sin((2 * Math.PI * pitch * index) / RATE) * 70 * edge;
    samples[index] = Math.round(128 + sound + (Math.random() - 0.5) * 12);
  }
  return samples;
}

function wave(samples: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0);
  header.writeUInt32LE(HEADER_BYTES - 8 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
