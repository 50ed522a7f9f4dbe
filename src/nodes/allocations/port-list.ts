/** Ports from and to, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

const ENTRY = /^(\d{1,5})(?:-(\d{1,5}))?$/;
const HIGHEST = 65_535;

/** Reads `25565` and `25570-25580`; undefined when an entry is neither or is out of bounds. */
export function portsOf(entries: readonly string[]): PortRange[] | undefined {
  const ranges: PortRange[] = [];
  for (const entry of entries) {
    const match = ENTRY.exec(entry.trim());
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match === null || from < 1 || to > HIGHEST || from > to) return undefined;
    ranges.push({ from, to });
  }
  return ranges;
}

/** How many ports the ranges name; doubles count. */
export const portCount = (ranges: readonly PortRange[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
