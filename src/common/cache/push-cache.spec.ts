import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PushCache } from './push-cache.js';

/** A load that the test ends when it wants. */
class Loads {
  readonly started: { key: string; end: (value: string | null) => void; fail: (error: Error) => void }[] = [];

  readonly load = (key: string): Promise<string | null> =>
    new Promise((resolve, reject) => this.started.push({ key, end: resolve, fail: reject }));
}

const setUp = (options = { maximum: 10, lifetimeMs: 60_000 }) => {
  const loads = new Loads();
  return { loads, cache: new PushCache<string, string | null>(options, loads.load) };
};

describe('a push cache', () => {
  it('loads once for callers that come together and answers later ones at once', async () => {
    const { loads, cache } = setUp();
    const answers = Promise.all([cache.get('a'), cache.get('a'), cache.get('a')]);
    loads.started[0]?.end('value');
    expect(await answers).toEqual(['value', 'value', 'value']);
    expect(cache.get('a')).toBe('value');
    expect(loads.started).toHaveLength(1);
  });

  it('answers a load during which its key was invalidated, but does not keep it', async () => {
    const { loads, cache } = setUp();
    const early = cache.get('a');
    cache.invalidate('a');
    const late = cache.get('a');
    loads.started[0]?.end('old');
    expect(await early).toBe('old');
    expect(cache.peek('a')).toBeUndefined();
    loads.started[1]?.end('new');
    expect(await late).toBe('new');
    expect(cache.peek('a')).toBe('new');
  });

  it('does not keep an old load that ends after the new one', async () => {
    const { loads, cache } = setUp();
    const early = cache.get('a');
    cache.invalidate('a');
    const late = cache.get('a');
    loads.started[1]?.end('new');
    await late;
    loads.started[0]?.end('old');
    await early;
    expect(cache.peek('a')).toBe('new');
  });

  it.each(['clear', 'invalidateWhere'] as const)('keeps nothing that was being loaded during %s', async (method) => {
    const { loads, cache } = setUp();
    const load = cache.get('a');
    if (method === 'clear') cache.clear();
    else cache.invalidateWhere(() => false);
    loads.started[0]?.end('old');
    await load;
    expect(cache.peek('a')).toBeUndefined();
  });

  it('forgets exactly the values for which the predicate holds', async () => {
    const { loads, cache } = setUp();
    const all = Promise.all([cache.get('a'), cache.get('b')]);
    loads.started.forEach(({ key, end }) => end(`of ${key}`));
    await all;
    cache.invalidateWhere((value) => value === 'of a');
    expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, 'of b']);
  });

  it('keeps "there is none" as well', async () => {
    const { loads, cache } = setUp();
    const first = cache.get('a');
    loads.started[0]?.end(null);
    expect(await first).toBeNull();
    expect(cache.get('a')).toBeNull();
    expect(loads.started).toHaveLength(1);
  });

  it('loads again after a failure', async () => {
    const { loads, cache } = setUp();
    const first = cache.get('a');
    loads.started[0]?.fail(new Error('database away'));
    await expect(first).rejects.toThrow('database away');
    const second = cache.get('a');
    loads.started[1]?.end('value');
    expect(await second).toBe('value');
  });

  it('forgets a value after its lifetime', async () => {
    const { loads, cache } = setUp({ maximum: 10, lifetimeMs: 0 });
    const first = cache.get('a');
    loads.started[0]?.end('value');
    await first;
    expect(cache.peek('a')).toBeUndefined();
  });

  it('never holds more than its maximum', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ maxLength: 2 })), async (keys) => {
        const cache = new PushCache<string, string>({ maximum: 3, lifetimeMs: 60_000 }, (key) => Promise.resolve(key));
        for (const key of keys) await cache.get(key);
        const kept = [...new Set(keys)].filter((key) => cache.peek(key) !== undefined);
        expect(kept.length).toBe(Math.min(3, new Set(keys).size));
      }),
    );
  });
});
