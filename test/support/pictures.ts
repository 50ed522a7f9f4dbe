import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A JPEG with EXIF that says where it was taken and that it lies on its side: 40 x 20 pixels, left half red, right half blue. */
export async function photo(): Promise<Buffer> {
  const half = (left: number, background: string) => ({
    input: { create: { width: 20, height: 20, channels: 3 as const, background } },
    left,
    top: 0,
  });
  return sharp({ create: { width: 40, height: 20, channels: 3, background: 'white' } })
    .composite([half(0, 'red'), half(20, 'blue')])
    .withMetadata({ orientation: 6 })
    .withExifMerge({ IFD0: { Artist: 'planted-marker' }, IFD3: { GPSLatitude: '52/1 30/1 0/1' } })
    .jpeg()
    .toBuffer();
}

export const png = (width = 8, height = 8, background = 'green'): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

/** A moving picture of so many frames of 16 x 16 pixels. */
export function animation(frames: number, format: 'gif' | 'webp'): Promise<Buffer> {
  const raw = Buffer.alloc(16 * 16 * frames * 3).map((_, index) => (Math.floor(index / (16 * 16 * 3)) * 37) % 256);
  const picture = sharp(raw, { raw: { width: 16, height: 16 * frames, channels: 3, pageHeight: 16 } });
  return format === 'gif' ? picture.gif({ loop: 0 }).toBuffer() : picture.webp({ loop: 0 }).toBuffer();
}

/** A few kilobytes that unfold to a black PNG of any size. */
export function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.byteLength);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
