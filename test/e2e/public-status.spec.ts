import { expect, it } from '@jest/globals';
import { createNode } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

async function withPanel(work: (panel: TestPanel) => Promise<void>): Promise<void> {
  const panel = await startPanel();
  try {
    await work(panel);
  } finally {
    await panel.close();
  }
}

it('a panel without nodes is offline, and is asked once in a while only', () =>
  withPanel(async (panel) => {
    const first = await panel.http.get('/public/status');
    expect(first.body).toMatchObject({ nodeCount: 0, online: 0, degraded: 0, offline: 0, status: 'offline' });
    await createNode(panel);
    expect((await panel.http.get('/api/public/status')).body).toEqual(first.body);
  }));

it('nodes are online, degraded or offline by when they were well', () =>
  withPanel(async (panel) => {
    await createNode(panel);
    // Asked a moment ago, in vain; it was well a little earlier.
    await createNode(panel, { healthStatus: 'timeout', healthCheckedAt: new Date(), lastSeenAt: ago(5) });
    await createNode(panel, { healthStatus: 'error', healthCheckedAt: new Date(), lastSeenAt: ago(11) });
    await createNode(panel, { healthStatus: null, healthCheckedAt: null, lastSeenAt: null });
    await createNode(panel, { healthStatus: 'ok', healthCheckedAt: ago(3), lastSeenAt: ago(3) });
    const { body, text } = await panel.http.get('/public/status');
    expect(body).toMatchObject({ nodeCount: 5, online: 1, degraded: 2, offline: 2, status: 'degraded' });
    expect(text).not.toContain('node ');
  }));

it('a panel whose nodes are all well is online', () =>
  withPanel(async (panel) => {
    await createNode(panel);
    expect((await panel.http.get('/public/status')).body).toMatchObject({ nodeCount: 1, online: 1, status: 'online' });
  }));
