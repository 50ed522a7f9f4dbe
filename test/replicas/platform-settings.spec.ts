import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

let panel: TestPanel;
let replica: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
  replica = await panel.replica();
});
afterAll(async () => {
  await replica.close();
  await panel.close();
});

const ticketsAt = async (at: TestPanel): Promise<number> => (await fetch(`${at.url}/api/tickets`)).status;

it('a flag switched at one replica is in force at the other within a second', async () => {
  expect([await ticketsAt(panel), await ticketsAt(replica)]).toEqual([404, 404]);
  await panel.app.get(PanelSettings).update({ featureToggles: { ticketing: false } });
  expect(await ticketsAt(panel)).toBe(503);
  await until('the other replica follows', async () => (await ticketsAt(replica)) === 503, { within: 1_000 });
  await replica.app.get(PanelSettings).update({ featureToggles: { ticketing: true } });
  expect(await ticketsAt(replica)).toBe(404);
  await until('the first replica follows', async () => (await ticketsAt(panel)) === 404, { within: 1_000 });
});

it('both replicas change settings at once without losing one', async () => {
  const flags = Array.from({ length: 20 }, (_, index) => `flag${index}`);
  await Promise.all(
    flags.map((flag, index) =>
      (index % 2 === 0 ? panel : replica).app.get(PanelSettings).update({ featureToggles: { [flag]: true } }),
    ),
  );
  const missing = (at: TestPanel) =>
    flags.filter((flag) => at.app.get(PanelSettings).all().featureToggles[flag] !== true);
  await until('both know every flag', () => missing(panel).length === 0 && missing(replica).length === 0, {
    within: 2_000,
  });
});
