import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { ACCESS_TABLE } from './access-table.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { startPlatform } from '../support/platform.js';
import { nameOf, routesOf } from '../support/routes.js';

/** What anybody may call. A new line here is a decision: say in the commit why no credential is needed. */
const PUBLIC_ROUTES = [
  'GET /api/auth/captcha',
  'GET /api/auth/captcha/audio',
  'GET /api/auth/captcha/invisible',
  'GET /api/auth/external/:provider/callback',
  'GET /api/auth/external/:provider/start',
  'GET /api/auth/github/callback',
  'GET /api/auth/providers',
  'GET /api/auth/restore-email',
  'GET /api/auth/verify-email',
  'GET /api/panel/settings',
  // The link is the credential: 256 random bits, good for one download.
  'GET /api/public/export-shares/:token',
  'GET /api/public/features',
  'GET /api/public/feedback',
  'GET /api/public/status',
  'GET /api/wings/download',
  'GET /api/wings/install.sh',
  'GET /api/wings/nodes/:id/configuration',
  'GET /favicon.ico',
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /public/feedback',
  // The link is the credential: 256 random bits.
  'GET /public/share/:token',
  'GET /public/share/:token/content',
  'GET /public/share/:token/download',
  'GET /public/share/:token/media',
  'GET /public/status',
  'GET /uploads/:file',
  'POST /api/auth/2fa/send-email',
  'POST /api/auth/2fa/verify-login',
  'POST /api/auth/login',
  'POST /api/auth/passkey/authenticate',
  'POST /api/auth/passkey/authenticate-challenge',
  'POST /api/auth/password-reset/confirm',
  'POST /api/auth/password-reset/request',
  'POST /api/deletion-requests/cancel',
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
