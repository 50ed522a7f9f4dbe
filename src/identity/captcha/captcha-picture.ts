import sharp from 'sharp';
import { between, wholeBetween } from './chance.js';
import { GLYPHS } from './glyphs.js';
import type { Point, Stroke } from './glyphs.js';

const [WIDTH, HEIGHT, MARGIN] = [220, 90, 14];
const PIECES = 4;

/** Bends the whole picture, so that no glyph looks twice the same. */
interface Wave {
  readonly length: number;
  readonly height: number;
  readonly phase: number;
}

/**
 * Draws a text of the glyphs as a PNG: each turned, slanted and bent by chance, under lines and specks. Only pixels leave
 * the panel; the drawing itself would say what it shows.
 */
export async function drawCaptcha(text: string): Promise<Buffer> {
  const wave = { length: between(28, 46), height: between(2.5, 4.5), phase: between(0, 6.3) };
  const step = (WIDTH - 2 * MARGIN) / text.length;
  const glyphs = [...text].map((character, index) => drawGlyph(character, MARGIN + step * index, step, wave));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"
    ><rect width="100%" height="100%" fill="#f4f4f8"/>${specks(70)}${glyphs.join('')}${scratches(5, wave)}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

function drawGlyph(character: string, left: number, step: number, wave: Wave): string {
  const [width, height] = [step * between(0.58, 0.75), between(38, 50)];
  const [turn, slant] = [between(-0.3, 0.3), between(-0.25, 0.25)];
  const center: Point = [left + step / 2, HEIGHT / 2 + between(-8, 8)];
  const place = ([x, y]: Point): Point => {
    const [across, down] = [(x - 0.5) * width + slant * (0.5 - y) * height, (y - 0.5) * height];
    const [sine, cosine] = [Math.sin(turn), Math.cos(turn)];
    return bend([center[0] + across * cosine - down * sine, center[1] + across * sine + down * cosine], wave);
  };
  const strokes = GLYPHS[character] ?? [];
  return strokes.map((stroke) => path(divided(stroke).map(place), between(3, 4.2), ink())).join('');
}

/** Straight lines in pieces, so that they bend too. */
function divided(stroke: Stroke): Stroke {
  return stroke.flatMap((point, index): Stroke => {
    const next = stroke[index + 1];
    if (next === undefined) return [point];
    return Array.from({ length: PIECES }, (_, piece): Point => {
      const share = piece / PIECES;
      return [point[0] + (next[0] - point[0]) * share, point[1] + (next[1] - point[1]) * share];
    });
  });
}

function bend([x, y]: Point, { length, height, phase }: Wave): Point {
  const shifted = x + Math.sin(y / length + phase) * height;
  return [shifted + between(-0.4, 0.4), y + Math.sin(x / length + phase) * height + between(-0.4, 0.4)];
}

function scratches(count: number, wave: Wave): string {
  const lines = Array.from({ length: count }, () => {
    // From top to bottom or back: a level line would look like a minus.
    const ends = [between(0, 15), between(HEIGHT - 15, HEIGHT)] as const;
    const [from, to] = wholeBetween(0, 1) === 0 ? ends : [ends[1], ends[0]];
    const points = Array.from({ length: 23 }, (_, index): Point => [index * 10, from + ((to - from) * index) / 22]);
    return path(
      points.map((point) => bend(point, { ...wave, phase: wave.phase + from })),
      between(0.8, 1.4),
      ink(40, 62),
    );
  });
  return lines.join('');
}

function specks(count: number): string {
  const dots = Array.from({ length: count }, () => {
    const [x, y, radius] = [between(0, WIDTH), between(0, HEIGHT), between(0.5, 1.7)];
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(1)}" fill="${ink()}"/>`;
  });
  return dots.join('');
}

const path = (points: readonly Point[], width: number, colour: string): string =>
  `<path d="M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}" fill="none" stroke="${colour}"
    stroke-width="${width.toFixed(1)}" stroke-linecap="round" stroke-linejoin="round"/>`;

function ink(darkest = 20, lightest = 38): string {
  const [hue, colour, light] = [between(200, 320), between(30, 60), between(darkest, lightest)].map(Math.round);
  return `hsl(${hue},${colour}%,${light}%)`;
}
