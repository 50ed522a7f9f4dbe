import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

it('answers the health check', async () => {
  const response = await fetch(`${panel.url}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ok' });
});

it('answers unknown routes with a JSON error', async () => {
  const response = await fetch(`${panel.url}/nowhere`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: 'Route not found' });
});

it('serves Swagger UI', async () => {
  for (const path of ['/openapi', '/openapi/swagger-ui.css', '/openapi/json', '/api/openapi.json']) {
    expect([path, (await fetch(`${panel.url}${path}`)).status]).toEqual([path, 200]);
  }
});
