import { Injectable } from '@nestjs/common';
import sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { badRequest, unavailable } from '../errors/panel-error.js';
import { WorkQueue } from '../work/work-queue.js';
import { kindOf } from './file-kind.js';

/** Decoded at a time: each takes a core, and threads that passwords are hashed on too. */
const CONCURRENCY = 2;
const MAXIMUM_WAITING = 20;
/** Of all frames together: about 128 MB when the format does not allow to decode line by line. */
const MAXIMUM_PIXELS = 32_000_000;
const MAXIMUM_FRAMES = 100;
/** Moving pictures that stay larger are shown as their first frame. */
const MAXIMUM_ANIMATION_BYTES = 524_288;
const TIME_LIMIT_SECONDS = 10;

// Only the decoders of the four formats; all others (PDF, TIFF, raw data …) are switched off in the library itself. SVG
// is what the panel draws itself (captchas): `kindOf` lets none from outside come so far.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
    'VipsForeignLoadSvgBuffer',
  ],
});
// Nobody uploads the same picture twice in a row.
sharp.cache(false);
// A second core for one picture is a core less for requests.
sharp.concurrency(1);

const LIMITS: SharpOptions = { limitInputPixels: MAXIMUM_PIXELS, failOn: 'error' };

/**
 * Pictures from outside: always decoded and encoded anew, so that nothing but pixels remains of what was sent (no EXIF,
 * no place, no script behind the picture). The work is done on other threads, a few at a time.
 */
@Injectable()
export class Pictures {
  private readonly queue = new WorkQueue(CONCURRENCY, MAXIMUM_WAITING, () =>
    unavailable('Too many pictures at the moment. Try again.', 'pictures.busy', 2),
  );

  /**
   * A square WebP that shows the middle of a JPEG, PNG, WebP or GIF; moving pictures keep moving while they are small.
   * @param side pixels
   * @throws PanelError 400 for what is no such picture or has too many pixels, 503 when too many are waiting.
   */
  async square(content: Uint8Array, side: number): Promise<Uint8Array<ArrayBuffer>> {
    const kind = kindOf(content);
    if (kind === undefined || kind === 'pdf') throw invalid();
    return this.queue.run(async () => {
      try {
        return new Uint8Array(await encode(content, side));
      } catch (error) {
        throw problemOf(error);
      }
    });
  }
}

async function encode(content: Uint8Array, side: number): Promise<Uint8Array> {
  // Reads the header only: what is too large is refused before anything is decoded.
  const { width, height, pages = 1 } = await sharp(content, LIMITS).metadata();
  const mayMove = pages > 1 && pages <= MAXIMUM_FRAMES && width * height * pages <= MAXIMUM_PIXELS;
  if (mayMove) {
    const moving = await finished(sharp(content, { ...LIMITS, animated: true }), side);
    if (moving.byteLength <= MAXIMUM_ANIMATION_BYTES) return moving;
  }
  return finished(sharp(content, LIMITS).autoOrient(), side);
}

function finished(picture: Sharp, side: number): Promise<Uint8Array> {
  return picture
    .resize(side, side, { fit: 'cover' })
    .webp({ quality: 82 })
    .timeout({ seconds: TIME_LIMIT_SECONDS })
    .toBuffer();
}

const invalid = (cause?: unknown) => badRequest('Invalid image type', 'pictures.invalid', { cause });

function problemOf(error: unknown): Error {
  const text = error instanceof Error ? error.message : '';
  if (!/pixel limit/i.test(text)) return invalid(error);
  return badRequest(`A picture may have at most ${MAXIMUM_PIXELS / 1e6} megapixels`, 'pictures.too_many_pixels');
}
