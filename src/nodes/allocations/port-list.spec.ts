import { expect, it } from '@jest/globals';
import { portCount, portsOf } from './port-list.js';

it('reads ports and ranges', () => {
  const ranges = portsOf(['25565', ' 25570-25580 ', '1', '65535']);
  expect(ranges).toEqual([
    { from: 25565, to: 25565 },
    { from: 25570, to: 25580 },
    { from: 1, to: 1 },
    { from: 65535, to: 65535 },
  ]);
  expect(portCount(ranges ?? [])).toBe(14);
});

it.each(['', '0', '65536', '10-5', '1-2-3', '-5', '5-', '1e3', '0x10', '25565a', '１'])('refuses %j', (entry) => {
  expect(portsOf(['25565', entry])).toBeUndefined();
});
