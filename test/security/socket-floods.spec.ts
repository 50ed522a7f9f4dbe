import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { ConsoleClient } from '../support/wings/console-client.js';

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel({ env: { GLOBAL_RATE_LIMIT: '3' } });
});
afterAll(() => panel.close());

/** Why an upgrade to nowhere is refused. */
const refusal = (address: string): Promise<string> =>
  ConsoleClient.connect(`${panel.url}/nowhere`, { headers: { 'x-forwarded-for': address } }).then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  );

it('upgrades of one address or one IPv6 network are 429 beyond the limit, those of others are not', async () => {
  for (let index = 0; index < 3; index++) expect(await refusal(`2001:db8:3:3:${index}::1`)).toMatch(/404/);
  expect(await refusal('2001:db8:3:3::9')).toMatch(/429/);
  expect(await refusal('2001:db8:3:4::9')).toMatch(/404/);
  for (let index = 0; index < 3; index++) expect(await refusal('198.51.100.1')).toMatch(/404/);
  expect(await refusal('198.51.100.1')).toMatch(/429/);
});
