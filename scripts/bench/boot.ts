import type { BenchNode } from './data-set.ts';
import type { Panel } from './panel.ts';
import type { Reading, Timeline } from './readings.ts';

/** What daemons ask for by default. */
const PER_PAGE = 50;
const TARGET_STATEMENTS = 3;
const BOOTS = 5;

/** A daemon starts and fetches the configurations of all its servers, page by page. */
export const boot: Timeline = {
  part: 'boot',
  title: `Boot of a daemon with 500 servers, ${PER_PAGE} a page`,
  async measure(stage) {
    const { env, data } = await stage.site();
    const panel = await stage.startPanel(env);
    try {
      return await measureBoots(panel, data.bootNode);
    } finally {
      await panel.child.stop();
    }
  },
};

async function measureBoots(panel: Panel, node: BenchNode): Promise<Reading[]> {
  const counted: number[][] = [];
  const times: number[] = [];
  for (let n = 0; n < BOOTS; n++) {
    const begin = performance.now();
    await everyPage(panel, node);
    times.push(performance.now() - begin);
    counted.push(await statementsOfPages(panel, node));
  }
  const pages = counted[0] ?? [];
  // Jobs in the background send statements too: a page needs no more than the least of its counts.
  const needed = pages.map((_, page) => Math.min(...counted.map((counts) => counts[page] ?? Infinity)));
  return [
    { title: 'pages', value: pages.length, unit: '', atLeast: node.serverUuids.length / PER_PAGE },
    { title: 'SQL statements a page, at most', value: Math.max(...needed), unit: '', atMost: TARGET_STATEMENTS },
    { title: 'first boot after the start of the panel', value: times[0] ?? NaN, unit: 'ms' },
    { title: `later boots, slowest of ${BOOTS - 1}`, value: Math.max(...times.slice(1)), unit: 'ms' },
  ];
}

async function everyPage(panel: Panel, node: BenchNode): Promise<void> {
  for (let page = 1; page <= (await fetchPage(panel, node, page)); page++);
}

async function statementsOfPages(panel: Panel, node: BenchNode): Promise<number[]> {
  const counts: number[] = [];
  for (let page = 1, last = 1; page <= last; page++) {
    const before = await panel.statements();
    last = await fetchPage(panel, node, page);
    counts.push((await panel.statements()) - before);
  }
  return counts;
}

/** @returns the number of the last page. */
async function fetchPage(panel: Panel, { tokenId, token }: BenchNode, page: number): Promise<number> {
  const path = `/api/remote/servers?page=${page}&per_page=${PER_PAGE}`;
  const { meta } = await panel.getJson<{ meta: { last_page: number } }>(path, `${tokenId}.${token}`);
  return meta.last_page;
}
