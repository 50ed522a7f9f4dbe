import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unseenPart } from './replay-overlap.js';

const unseen = (seen: string[], replayed: string[]): readonly string[] => unseenPart(seen, replayed, (a, b) => a === b);

it.each([
  ['nothing new', ['a', 'b', 'c'], ['a', 'b', 'c'], []],
  ['lines printed while nobody listened', ['a', 'b', 'c'], ['b', 'c', 'd', 'e'], ['d', 'e']],
  ['a new process', ['a', 'b', 'c'], ['x', 'y'], ['x', 'y']],
  ['an offline server, which replays nothing', ['a', 'b'], [], []],
  ['the same line over and over', ['a', 'a', 'a'], ['a', 'a', 'a', 'a'], ['a']],
  ['a longer memory than ours', ['c', 'd'], ['c', 'd', 'e'], ['e']],
])('finds what is new: %s', (_case, seen, replayed, expected) => expect(unseen(seen, replayed)).toEqual(expected));

it('never loses a line: what is left out was seen last', () => {
  const log = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(log, log, (seen, replayed) => {
      const rest = unseen(seen, replayed);
      const left = replayed.slice(0, replayed.length - rest.length);
      expect(seen.slice(seen.length - left.length)).toEqual(left);
      expect([...left, ...rest]).toEqual(replayed);
    }),
  );
});
