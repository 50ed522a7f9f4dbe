import { expect, it } from '@jest/globals';
import { assertCountryAllowed } from './country-access.js';

const PORTALS = ['free', 'educational', 'paid', 'enterprise'] as const;
const closed = (level: number) =>
  PORTALS.filter((portalType) => {
    try {
      assertCountryAllowed({ portalType }, level);
      return false;
    } catch {
      return true;
    }
  });

it.each([
  [0, []],
  [1, []],
  [2, ['free']],
  [3, ['free', 'educational']],
  [4, PORTALS],
  [5, PORTALS],
])('level %i closes servers to the portals %j', (level, portals) => {
  expect(closed(level)).toEqual(portals);
});
