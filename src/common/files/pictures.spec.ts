import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { animation, photo, png, pngBomb } from '../../../test/support/pictures.js';
import { Pictures } from './pictures.js';

const pictures = new Pictures();
const square = async (content: Uint8Array): Promise<Buffer> => Buffer.from(await pictures.square(content, 64));

describe('a picture from outside', () => {
  it('becomes a square WebP, the right way up, without what its file told besides', async () => {
    const made = await square(await photo());
    const { format, width, height, exif, orientation } = await sharp(made).metadata();
    expect({ format, width, height, exif, orientation }).toEqual({
      format: 'webp',
      width: 64,
      height: 64,
      exif: undefined,
      orientation: undefined,
    });
    expect(made.toString('latin1')).not.toContain('planted-marker');
    // Turned by a quarter: what was left is above.
    const [red, , blue] = await sharp(made).extract({ left: 32, top: 8, width: 1, height: 1 }).raw().toBuffer();
    expect(red! > 200 && blue! < 60).toBe(true);
  });

  it.each(['gif', 'webp'] as const)('keeps moving when it is a small %s', async (format) => {
    const made = await sharp(await square(await animation(5, format))).metadata();
    expect([made.format, made.pages, made.width]).toEqual(['webp', 5, 64]);
  });

  it('stands still when it has too many frames', async () => {
    const made = await sharp(await square(await animation(101, 'gif'))).metadata();
    expect(made.pages ?? 1).toBe(1);
  });

  it('loses what was hidden behind it', async () => {
    const polyglot = Buffer.concat([await png(), Buffer.from('<script>alert(1)</script>')]);
    expect((await square(polyglot)).toString('latin1')).not.toContain('<script>');
  });

  it('is refused by its header when it has too many pixels, however small the file is', async () => {
    const bomb = pngBomb(30_000, 30_000);
    expect(bomb.byteLength).toBeLessThan(200_000);
    await expect(square(bomb)).rejects.toMatchObject({ status: 400, code: 'pictures.too_many_pixels' });
  });

  it.each([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj')],
    ['a TIFF', Buffer.from('II*\0\x08\0\0\0')],
    ['only the beginning of a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
    ['a beginning with rubbish behind', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(500, 7)])],
    ['nothing', Buffer.alloc(0)],
  ])('is refused when it is %s', async (_what, content) => {
    await expect(square(content)).rejects.toMatchObject({ status: 400, message: 'Invalid image type' });
  });

  it('is refused when half of it is missing', async () => {
    const whole = await sharp({
      create: {
        width: 300,
        height: 300,
        channels: 3,
        background: 'red',
        noise: { type: 'gaussian', mean: 128, sigma: 30 },
      },
    })
      .jpeg()
      .toBuffer();
    await expect(square(whole.subarray(0, whole.byteLength / 2))).rejects.toMatchObject({ status: 400 });
  });

  it('waits for its turn, and is refused when very many wait', async () => {
    const content = await png(500, 500);
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => square(content)));
    const made = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(made.length).toBeGreaterThanOrEqual(22);
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as { code: string }] : [],
    );
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['pictures.busy']));
  });
});
