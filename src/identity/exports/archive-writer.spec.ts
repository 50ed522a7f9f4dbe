import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ArchiveWriter } from './archive-writer.js';

/** What the archive of these texts is, and the sizes of its pieces. */
async function archiveOf(texts: readonly string[]): Promise<{ archive: Buffer; pieces: number[]; told: number }> {
  const pieces = new Map<number, Buffer>();
  const writer = new ArchiveWriter((position, data) => {
    expect(pieces.has(position)).toBe(false);
    pieces.set(position, data);
    return Promise.resolve();
  });
  for (const text of texts) await writer.write(text);
  const told = await writer.finish('user-export.json', new Date('2026-01-02T03:04:05Z'));
  const inOrder = [...pieces].sort(([left], [right]) => left - right).map(([, data]) => data);
  return { archive: Buffer.concat(inOrder), pieces: inOrder.map(({ length }) => length), told };
}

/** What the tar program of the system finds in it. */
function untarred(archive: Buffer): { names: string; text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  try {
    writeFileSync(join(folder, 'a.tar.gz'), archive);
    const names = execFileSync('tar', ['-tzf', 'a.tar.gz'], { cwd: folder, encoding: 'utf8' });
    execFileSync('tar', ['-xzf', 'a.tar.gz'], { cwd: folder });
    return { names: names.trim(), text: readFileSync(join(folder, 'user-export.json'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Text that gzip cannot shrink to nothing. */
const noise = (length: number): string =>
  Array.from({ length }, (_, index) => String.fromCharCode(33 + ((index * 7_919 + (index >> 3) * 104_729) % 94))).join(
    '',
  );

it.each([
  ['nothing', []],
  ['a word', ['{}']],
  ['exactly a block', ['x'.repeat(512)]],
  ['more than one character a byte', ['ä€😀'.repeat(30_000), 'ü']],
  ['many small texts', Array.from({ length: 30_000 }, (_, index) => `${index} ${noise(20)}\n`)],
  ['one text longer than several pieces', [noise(1_000_000)]],
])('an archive of %s is one that tar reads', async (_what, texts) => {
  const { archive, pieces, told } = await archiveOf(texts);
  const { names, text } = untarred(archive);
  expect(names).toBe('user-export.json');
  expect(text === texts.join('')).toBe(true);
  expect(Math.max(...pieces)).toBeLessThanOrEqual(262_144);
  expect(told).toBe(archive.length);
});
