import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EventBus } from '../../src/common/events/event-bus.js';
import { RedisConnections } from '../../src/common/redis/redis.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

let panel: TestPanel;
let replica: TestPanel;
/** Another panel, in another database of the same Redis. */
let neighbour: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
  replica = await panel.replica();
  neighbour = await startPanel();
});
afterAll(async () => {
  await neighbour.close();
  await replica.close();
  await panel.close();
});

it('events reach the replicas of a panel, and no other panel that shares its Redis', async () => {
  const heard: string[] = [];
  for (const [name, at] of Object.entries({ replica, neighbour })) {
    at.app.get(EventBus).on('node.changed', ({ nodeId }) => heard.push(`${name} ${nodeId}`));
  }
  panel.app.get(EventBus).publish('node.changed', { nodeId: 1 });
  await until('the replica heard it', () => heard.includes('replica 1'));
  // Redis delivers in order: once the neighbour's connection has answered, it has had whatever was sent to it before.
  await neighbour.app.get(RedisConnections).subscriber?.ping();
  expect(heard).toEqual(['replica 1']);
});
