import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { ACCESS_TABLE } from './access-table.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { startPlatform } from '../support/platform.js';
import { nameOf, routesOf } from '../support/routes.js';

/** What anybody may call. A new line here is a decision: say in the commit why no credential is needed. */
const PUBLIC_ROUTES = [
  'GET /api/auth/verify-email',
  'GET /api/panel/settings',
  'GET /api/public/features',
  'GET /api/wings/download',
  'GET /api/wings/install.sh',
  'GET /api/wings/nodes/:id/configuration',
  'GET /favicon.ico',
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'POST /api/auth/login',
  'POST /api/auth/password-reset/confirm',
  'POST /api/auth/password-reset/request',
  'POST /api/users/register',
];

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

describe('the routes of the panel', () => {
  it('all say who may call them', () => {
    expect(routesOf(panel).filter((route) => route.access === undefined)).toEqual([]);
  });

  it('are open to anybody only where the list says so', () => {
    const open = routesOf(panel).filter((route) => route.access?.kind === 'public');
    expect(open.map(nameOf)).toEqual(PUBLIC_ROUTES);
  });

  it('are registered once each', () => {
    const names = routesOf(panel).map(nameOf);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('stand each with their line in the access table', () => {
    expect(routesOf(panel).map(nameOf)).toEqual(Object.keys(ACCESS_TABLE).sort());
  });
});

describe('a handler that does not say who may call it', () => {
  it('stops the start and is named', async () => {
    @Controller('api/forgotten')
    class ForgottenController {
      @Get('route')
      read(): string {
        return 'open to the world';
      }
    }
    await expect(startPlatform({ controllers: [ForgottenController] })).rejects.toThrow(
      'GET /api/forgotten/route (ForgottenController.read)',
    );
  });
});
