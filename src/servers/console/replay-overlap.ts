/**
 * The part of a replayed log that is new to somebody who has seen `seen`: after a reconnection the daemon sends its last
 * lines again, and they continue where the seen ones end or overlap with them.
 */
export function unseenPart<Line>(
  seen: readonly Line[],
  replayed: readonly Line[],
  same: (a: Line, b: Line) => boolean,
): readonly Line[] {
  for (let start = Math.max(0, seen.length - replayed.length); start < seen.length; start++) {
    const overlap = seen.length - start;
    let index = 0;
    while (index < overlap && same(seen[start + index] as Line, replayed[index] as Line)) index++;
    if (index === overlap) return replayed.slice(overlap);
  }
  return replayed;
}
