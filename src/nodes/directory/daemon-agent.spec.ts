import { expect, it } from '@jest/globals';
import { daemonAgentOf } from './daemon-agent.js';

it.each([
  ['Pterodactyl Wings/v1.11.13 (id:abc)', { kind: 'go', version: '1.11.13' }],
  ['Pterodactyl Wings/vdevelop (id:abc)', { kind: 'go', version: 'develop' }],
  ['calagopus wings/v1.1.0 (id:abc)', { kind: 'rs', version: '1.1.0' }],
  ['proxy calagopus wings/v0.22.3-beta.1', { kind: 'rs', version: '0.22.3-beta.1' }],
  [`Pterodactyl Wings/v${'9'.repeat(100)}`, { kind: 'go', version: '9'.repeat(32) }],
  ['Pterodactyl Wings/ ', { kind: 'go', version: null }],
  ['reqwest/0.12', undefined],
  ['', undefined],
  [undefined, undefined],
])('reads %j', (userAgent, expected) => {
  expect(daemonAgentOf(userAgent)).toEqual(expected);
});
