import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { announce, daemonOf } from '../support/daemons.js';
import { createAdmin, createAllocations, openSession } from '../support/factories.js';
import type { Route } from '../../src/common/access/route-inventory.js';
import { sampleBody } from '../support/openapi/sample.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createCast } from '../support/principals.js';
import type { Cast } from '../support/principals.js';
import { fillPath, nameOf, operationOfRoute, routesOf } from '../support/routes.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';

/**
 * Secrets that nobody can know, names that only the internet knows, and what was done already here: the answer says so,
 * but the form is right.
 */
const CANNOT_SUCCEED: Readonly<Record<string, string>> = {
  'POST /api/auth/2fa/send-email': 'auth.temp_token_invalid',
  'POST /api/auth/2fa/verify': 'two_factor.setup_over',
  'POST /api/auth/2fa/verify-login': 'auth.temp_token_invalid',
  'POST /api/auth/login': 'auth.invalid_credentials',
  'POST /api/auth/passkey/authenticate': 'passkeys.no_challenge',
  'POST /api/auth/passkey/register': 'passkeys.no_challenge',
  'POST /api/auth/password-reset/confirm': 'auth.',
  'POST /api/auth/verify-email': 'auth.',
  'POST /api/deletion-requests/cancel': 'deletions.cancel_link_invalid',
  'POST /api/servers/:id/files/pull': 'files.address_refused',
  'PUT /api/admin/deletions/:id': 'deletions.not_pending',
  'PUT /api/admin/rollouts/:id': 'rollouts.key_taken',
  'PUT /api/deletion-requests/:id': 'deletions.not_pending',
  'POST /api/organisations/accept-invite': 'organisations.invite_invalid',
};

let panel: TestPanel;
let cast: Cast;
let daemon: SimulatedWings;

beforeAll(async () => {
  panel = await startPanel();
  cast = await createCast(panel);
  await createAllocations(panel, cast.node, { from: 40_000, amount: 20 });
  daemon = daemonOf(panel, cast.node, 'go');
  await daemon.boot();
  await announce(panel, cast.node, daemon);
});
afterAll(async () => {
  await daemon.stop();
  await panel.close();
});

/** A suspended server refuses what other examples ask of it. */
const suspendingLast = (routes: Route[]): Route[] =>
  routes.toSorted((left, right) => Number(left.path.endsWith('/suspend')) - Number(right.path.endsWith('/suspend')));

it('accepts the example body of every operation as it stands', async () => {
  const refused: string[] = [];
  for (const route of suspendingLast(routesOf(panel))) {
    const media = operationOfRoute(route)?.operation.requestBody?.content['application/json'];
    if (media === undefined) continue;
    const caller =
      route.access?.kind === 'node' ? cast.principals.node : await openSession(panel, await createAdmin(panel));
    const path = fillPath(route.path, { ...cast.ids, uuid: cast.server.uuid });
    const { status, text } = await panel.as(caller).request(route.method, path, { body: sampleBody(media) });
    const excused = CANNOT_SUCCEED[nameOf(route)];
    if (status === 400 && !(excused !== undefined && text.includes(excused))) {
      refused.push(`${nameOf(route)} answers ${status}: ${text.slice(0, 200)}`);
    }
  }
  expect(refused).toEqual([]);
});
