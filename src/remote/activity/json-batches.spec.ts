import { describe, expect, it } from '@jest/globals';
import { jsonBatches } from './json-batches.js';

const MEBIBYTE = 1024 * 1024;
const limits = { maximumBytes: 32 * MEBIBYTE, size: 500 };

async function* chunksOf(text: string, size = 64 * 1024): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function batchesOf(text: string, chunkSize?: number, given = limits): Promise<unknown[][]> {
  const batches: unknown[][] = [];
  for await (const batch of jsonBatches(chunksOf(text, chunkSize), given)) batches.push(batch);
  return batches;
}

/** Entries with everything in their texts that could be taken for structure. */
const entry = (index: number): unknown => ({ index, text: `[{"\\,]}é€𝄞 ${'x'.repeat(index % 90)}`, list: [[1], {}] });
const entries = (count: number): unknown[] => Array.from({ length: count }, (_, index) => entry(index));

describe('small bodies', () => {
  it.each([
    ['a bare list', JSON.stringify(entries(3)), entries(3)],
    ['a list in data', JSON.stringify({ data: entries(3) }), entries(3)],
    ['a single entry', JSON.stringify(entry(7)), [entry(7)]],
    ['an empty list', '[]', []],
    ['an empty list in data', '{"data": []}', []],
    ['null in data', '{"data": null}', []],
    ['an empty body', '', []],
    ['the bare word null', 'null', []],
    ['a byte order mark', `\uFEFF${JSON.stringify(entries(1))}`, entries(1)],
  ])('reads %s', async (_name, text, expected) => {
    expect((await batchesOf(text)).flat()).toEqual(expected);
  });

  it('hands over batches of the wanted size', async () => {
    const batches = await batchesOf(JSON.stringify(entries(1_001)));
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 1]);
  });

  it.each(['{"data": [', '[1,', '"text"', '7', '{"data": "text"}', 'no json'])('refuses %s', async (text) => {
    await expect(batchesOf(text)).rejects.toMatchObject({ status: 400 });
  });
});

describe('large bodies', () => {
  const many = entries(30_000);
  const list = JSON.stringify(many);

  it.each([
    ['a bare list', list, 64 * 1024],
    ['a list in data', `{"data": ${list}}`, 64 * 1024],
    ['a list in data in odd pieces', ` {\n"data" :${list} } \n`, 777],
    ['a list with spaces', JSON.stringify({ data: many }, null, 2), 60_001],
  ])('reads %s, each entry once and in order', async (_name, text, size) => {
    const batches = await batchesOf(text, size);
    expect(batches.flat()).toEqual(many);
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(500);
  });

  it('cuts batches of long entries by size', async () => {
    const long = Array.from({ length: 300 }, (_, index) => ({ index, text: 'y'.repeat(10_000) }));
    const batches = await batchesOf(JSON.stringify(long));
    expect(batches.flat()).toEqual(long);
    expect(batches.length).toBeGreaterThan(3);
  });

  it('reads a long list whose first megabyte is complete', async () => {
    const text = `[${'1,'.repeat(MEBIBYTE)}2]`;
    expect((await batchesOf(text)).flat()).toHaveLength(MEBIBYTE + 1);
  });

  it('refuses a body beyond the limit while it arrives', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from('[');
      for (;;) {
        sent += 64 * 1024;
        yield Buffer.from('{"a":"b"},'.repeat(6_554));
      }
    }
    const read = async (): Promise<void> => {
      for await (const _ of jsonBatches(endless(), { maximumBytes: 4 * MEBIBYTE, size: 500 }));
    };
    await expect(read()).rejects.toMatchObject({ status: 413 });
    expect(sent).toBeLessThan(5 * MEBIBYTE);
  });

  it('refuses one entry of more than a mebibyte', async () => {
    await expect(batchesOf(`["${'z'.repeat(2 * MEBIBYTE)}"]`)).rejects.toMatchObject({ status: 413 });
  });

  it.each([
    ['a list that does not end', list.slice(0, -1)],
    ['something after the end', `${list} []`],
    ['an object that is no list', `{"other": ${list}}`],
    ['a broken entry', list.replace('{"index":29000,', '{"index":,')],
    ['nothing between two commas', list.replace('},{"index":29000,', '},,{"index":29000,')],
  ])('refuses %s', async (_name, text) => {
    await expect(batchesOf(text)).rejects.toMatchObject({ status: 400 });
  });
});
