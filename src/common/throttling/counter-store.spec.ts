import { describe, expect, it, jest } from '@jest/globals';
import { MemoryCounters } from './counter-store.js';

describe('counters in memory', () => {
  it('count in a window and begin anew after it', () => {
    jest.useFakeTimers({ now: 0 });
    try {
      const counters = new MemoryCounters();
      expect(counters.hit('a', 60)).toEqual({ count: 1, resetSeconds: 60 });
      jest.setSystemTime(59_999);
      expect(counters.hit('a', 60)).toEqual({ count: 2, resetSeconds: 1 });
      jest.setSystemTime(60_000);
      expect(counters.hit('a', 60)).toEqual({ count: 1, resetSeconds: 60 });
    } finally {
      jest.useRealTimers();
    }
  });

  it('count each key for itself and forget one that is reset', () => {
    const counters = new MemoryCounters();
    counters.hit('a', 60);
    counters.hit('a', 60);
    expect(counters.hit('b', 60).count).toBe(1);
    counters.reset('a');
    expect(counters.hit('a', 60).count).toBe(1);
  });

  it('hold a bounded number of keys, however many come', () => {
    const counters = new MemoryCounters();
    for (let index = 0; index < 100_500; index++) counters.hit(`key-${index}`, 60);
    expect(counters.size).toBeLessThanOrEqual(100_000);
    expect(counters.hit('key-100499', 60).count).toBe(2);
  });
});
