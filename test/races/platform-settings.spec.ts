import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AdminModule } from '../../src/admin/admin.module.js';
import { session, startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatform({ imports: [AdminModule] });
});
afterAll(() => platform.close());

it('fifty admins who each switch a flag of their own at once all get their way', async () => {
  const flags = Array.from({ length: 50 }, (_, index) => `flag${index}`);
  const answers = await Promise.all(
    flags.map((flag) =>
      fetch(`${platform.url}/api/admin/settings`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', ...session('root-1') },
        body: JSON.stringify({ featureToggles: { [flag]: true } }),
      }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(flags.map(() => 200));
  const { featureToggles } = (await (await fetch(`${platform.url}/api/public/features`)).json()) as {
    featureToggles: Record<string, boolean>;
  };
  expect(flags.filter((flag) => featureToggles[flag] !== true)).toEqual([]);
  expect(await platform.prisma.activityEntry.count({ where: { action: 'admin:settings:update' } })).toBe(50);
});
