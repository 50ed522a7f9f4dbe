import type { TestPanel } from './panel.js';

/**
 * How many statements a piece of work sends to the database: the least of several runs, because the job queue asks in
 * between.
 */
export async function statementsOf(panel: TestPanel, work: () => Promise<unknown>, runs = 5): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const before = panel.database.statements;
    await work();
    least = Math.min(least, panel.database.statements - before);
  }
  return least;
}
