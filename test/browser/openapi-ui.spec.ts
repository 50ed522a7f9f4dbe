import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.js';
import type { RunningChromium } from '../support/chromium.js';
import { httpClient } from '../support/http.js';
import { startPanelProcess } from '../support/process.js';
import type { PanelProcess } from '../support/process.js';

const ADMIN = { email: 'admin@example.test', password: 'Correct-horse-7' };
const dataDir = mkdtempSync(join(tmpdir(), 'panel-browser-'));

/** The built panel: only the build knows the schemas of bodies. */
let panel: PanelProcess;
let browser: RunningChromium;
let page: Page;

beforeAll(async () => {
  panel = await startPanelProcess({ DATA_DIR: dataDir, ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password });
  browser = await startChromium();
  page = browser.page;
});
afterAll(async () => {
  await browser.close();
  await panel.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  await page.goto(`${panel.url}/openapi`);
  await page.evaluate('localStorage.clear()');
  await page.reload();
  await page.waitForSelector('.opblock-tag');
});

/** A session of the admin, as the login gives it. */
async function signIn(): Promise<string> {
  const http = httpClient(panel.url);
  const { body } = await http.post<{ token: string }>('/api/auth/login', ADMIN);
  await http.close();
  return body.token;
}

/** An admin API key, made with a session as a person would. */
async function createAdminKey(): Promise<string> {
  const http = httpClient(panel.url);
  const caller = http.as({ headers: { authorization: `Bearer ${await signIn()}` } });
  const { body } = await caller.post<{ apiKey: string }>('/api/apikeys', { name: 'playground', type: 'admin' });
  await http.close();
  return body.apiKey;
}

/** Presses Authorize and gives one of the credentials. */
async function authorise(scheme: 'session' | 'apiKey', value: string): Promise<void> {
  await page.locator('.auth-wrapper .btn.authorize').click();
  const heading = page.locator('h4', { hasText: new RegExp(`^${scheme}\\b`) });
  const form = page.locator('.auth-container').filter({ has: heading });
  await form.locator('input').fill(value);
  await form.locator('button.authorize').click();
  await form.locator('.btn-done').click();
}

/** Finds an operation by its name, unfolds it and presses "Try it out". */
async function open(operationId: string): Promise<Locator> {
  const block = page.locator(`[id^="operations-"][id$="-${operationId}"]`);
  if ((await block.count()) === 0) await page.locator(`.opblock-tag[data-tag="${await tagOf(operationId)}"]`).click();
  await block.locator('.opblock-summary-control').click();
  await block.locator('.try-out__btn').click();
  return block;
}

/** The group that an operation stands in. */
async function tagOf(operationId: string): Promise<string> {
  interface Document {
    paths: Record<string, Record<string, { operationId?: string; tags?: string[] }>>;
  }
  const { paths } = (await (await fetch(`${panel.url}/openapi/json`)).json()) as Document;
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const found = operations.find((operation) => operation.operationId === operationId);
  return found?.tags?.[0] ?? '';
}

/** Presses Execute and reads the live answer. */
async function execute(block: Locator): Promise<{ status: string; body: string }> {
  await block.locator('.btn.execute').click();
  const answer = block.locator('.live-responses-table .response').first();
  const status = await answer.locator('.response-col_status').innerText();
  return { status: status.trim(), body: await answer.locator('.highlight-code').first().innerText() };
}

it('shows the answer of a call after authorising with a session', async () => {
  await authorise('session', await signIn());
  const { status, body } = await execute(await open('Users_readOwn'));
  expect(status).toMatch(/^200/);
  expect(body).toContain(ADMIN.email);
});

it('shows 401 before authorising', async () => {
  const { status, body } = await execute(await open('Users_readOwn'));
  expect(status).toMatch(/^401/);
  expect(body).toContain('Missing token');
});

it('takes an admin through importing an egg, creating a node with ports, and its configuration', async () => {
  await authorise('apiKey', await createAdminKey());

  const imported = await execute(await open('EggsAdmin_import'));
  expect(imported.status).toMatch(/^20[01]/);
  expect(imported.body).toContain('"startup"');

  const created = await execute(await open('Nodes_create'));
  expect(created.status).toMatch(/^200/);
  const id = /"id":\s*(\d+)/.exec(created.body)?.[1] ?? '';

  const ports = await open('AllocationsAdmin_add');
  await ports.locator('.parameters input').first().fill(id);
  expect((await execute(ports)).status).toMatch(/^20[01]/);

  const configuration = await open('NodeConfiguration_json');
  await configuration.locator('.parameters input').first().fill(id);
  const shown = await execute(configuration);
  expect(shown.status).toMatch(/^200/);
  expect(shown.body).toContain('token_id');
});

it('has nothing that the browser complains about', async () => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.reload();
  await page.waitForSelector('.opblock-tag');
  expect(complaints).toEqual([]);
});
