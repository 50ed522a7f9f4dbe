import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Route } from '../../src/common/access/route-inventory.js';
import { announce, daemonOf } from '../support/daemons.js';
import { createAdmin, openSession } from '../support/factories.js';
import type { Answer, Caller } from '../support/http.js';
import type { Schema } from '../support/openapi/document.js';
import { bodiesAround, HOSTILE_SEGMENTS, POLLUTION } from '../support/openapi/fuzz.js';
import { resolve, sampleBody } from '../support/openapi/sample.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createCast } from '../support/principals.js';
import type { Cast } from '../support/principals.js';
import { fillPath, nameOf, operationOfRoute, routesOf } from '../support/routes.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';

/** A route that reads a JSON body, and what the document says of it. */
interface BodyRoute {
  readonly name: string;
  readonly route: Route;
  readonly schema: Schema;
  readonly sample: unknown;
}

const OVER_THE_LIMIT = 'x'.repeat(1_100_000);
/** Longer than any text that the panel takes, below the limit of a body. */
const OVERLONG = 'x'.repeat(700_000);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? '20');

let panel: TestPanel;
let cast: Cast;
let daemon: SimulatedWings;

beforeAll(async () => {
  panel = await startPanel();
  cast = await createCast(panel);
  daemon = daemonOf(panel, cast.node, 'go');
  await daemon.boot();
  await announce(panel, cast.node, daemon);
});
afterAll(async () => {
  await daemon.stop();
  await panel.close();
});

/** Ends the token with which the node of the cast calls; its one field has a test in e2e/nodes-rotation. */
const LOCKS_THE_NODE_OUT = 'POST /api/nodes/:id/rotate-token';

/** Takes whole files: its own limit has a test in e2e/servers-files. */
const TAKES_FILES = ' /api/servers/:id/files/write';

function bodyRoutes(): BodyRoute[] {
  return routesOf(panel).flatMap((route) => {
    if (nameOf(route) === LOCKS_THE_NODE_OUT) return [];
    const media = operationOfRoute(route)?.operation.requestBody?.content['application/json'];
    if (media?.schema === undefined) return [];
    return [{ name: nameOf(route), route, schema: resolve(media.schema), sample: sampleBody(media) }];
  });
}

const pathOf = (route: Route): string => fillPath(route.path, { ...cast.ids, uuid: cast.server.uuid });

/** Somebody who gets past every check of the route; a new admin each time, for a route may end the caller's session. */
async function callerOf(route: Route): Promise<Caller> {
  return route.access?.kind === 'node' ? cast.principals.node : openSession(panel, await createAdmin(panel));
}

/** Other statuses from 500 tell of a node or a place that is not to be had; the document lists them. */
const isServerError = (status: number): boolean => status === 500;

type Refusal = Answer<{ error?: string; code?: string } | undefined>;

describe('a body', () => {
  it('that is not JSON is refused with 400', async () => {
    for (const { name, route } of bodyRoutes()) {
      const caller = await callerOf(route);
      for (const body of ['{"a":', '{a:1}', '\u0000', '[1,', '"\\ud8', 'undefined']) {
        const { status }: Refusal = await panel.as(caller).request(route.method, pathOf(route), { body });
        expect([name, body, status]).toEqual([name, body, 400]);
      }
    }
  });

  it('of another kind than the schema never ends in a server error', async () => {
    for (const { name, route } of bodyRoutes()) {
      const caller = await callerOf(route);
      for (const body of [
        '[]',
        '"text"',
        '7',
        'true',
        'null',
        '[{}]',
        '[[[[[[]]]]]]',
        POLLUTION,
        `${'['.repeat(5000)}${']'.repeat(5000)}`,
      ]) {
        const { status, text }: Refusal = await panel.as(caller).request(route.method, pathOf(route), { body });
        expect([name, body.slice(0, 40), isServerError(status) ? `${status} ${text}` : 'no server error']).toEqual([
          name,
          body.slice(0, 40),
          'no server error',
        ]);
      }
    }
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('around the schema never ends in a server error', async () => {
    const failures: string[] = [];
    for (const { name, route, schema } of bodyRoutes()) {
      const caller = await callerOf(route);
      const property = fc.asyncProperty(bodiesAround(schema), async (body) => {
        const { status, text } = await panel
          .as(caller)
          .request(route.method, pathOf(route), { body: JSON.stringify(body) });
        if (isServerError(status)) throw new Error(`${name} answers ${status}: ${text}`);
      });
      const { failed, counterexample, errorInstance, seed } = await fc.check(property, { numRuns: RUNS });
      if (failed) failures.push(`seed ${seed}: ${JSON.stringify(counterexample)}\n${String(errorInstance)}`);
    }
    expect(failures).toEqual([]);
  }, 240_000);

  it('over the limit is refused with 413', async () => {
    const answers = [];
    for (const { name, route } of bodyRoutes()) {
      // Reports of daemons are read as they come; the first wrong element ends the reading.
      if (route.access?.kind === 'node' || name.endsWith(TAKES_FILES)) continue;
      const body = { text: OVER_THE_LIMIT };
      const { status } = await panel.as(await callerOf(route)).request(route.method, pathOf(route), { body });
      answers.push([name, status]);
    }
    expect(answers.filter(([, status]) => status !== 413)).toEqual([]);
  });

  it('with an over-long text in any field is refused with 400', async () => {
    const accepted: string[] = [];
    for (const { name, route, schema, sample } of bodyRoutes()) {
      if (route.access?.kind === 'node') continue;
      const caller = await callerOf(route);
      for (const field of textFieldsOf(schema)) {
        if (name.endsWith(TAKES_FILES) && field === 'content') continue;
        const body = { ...(sample as object), [field]: OVERLONG };
        const { status } = await panel.as(caller).request(route.method, pathOf(route), { body });
        if (status !== 400) accepted.push(`${name}: ${field} (${status})`);
      }
    }
    expect(accepted).toEqual([]);
  });

  it('in another language than JSON never ends in a server error', async () => {
    for (const { name, route } of bodyRoutes()) {
      const caller = await callerOf(route);
      for (const type of [
        'text/plain',
        'application/xml',
        'multipart/form-data; boundary=x',
        'application/json; charset=utf-7',
      ]) {
        const answer = await panel
          .as(caller)
          .request(route.method, pathOf(route), { body: '<a/>', headers: { 'content-type': type } });
        expect([name, type, isServerError(answer.status)]).toEqual([name, type, false]);
      }
    }
  });

  it('never repeats what was sent in a refusal', async () => {
    const secret = 'MARKER-sent-value';
    for (const { name, route, schema } of bodyRoutes()) {
      const body = Object.fromEntries(
        Object.keys(schema.properties ?? {}).map((field) => [field, { [secret]: secret }]),
      );
      const { status, text } = await panel.as(await callerOf(route)).request(route.method, pathOf(route), { body });
      if (status >= 400) expect([name, text.includes(secret)]).toEqual([name, false]);
    }
  });
});

/** Names of the fields that take any text. */
const textFieldsOf = ({ properties = {} }: Schema): string[] =>
  Object.entries(properties)
    .filter(([, property]) => resolve(property).type === 'string' && resolve(property).enum === undefined)
    .map(([name]) => name);

describe('a parameter of a path', () => {
  const withParameters = (): Route[] =>
    routesOf(panel).filter(({ path, method }) => path.includes(':') && method !== 'ALL');

  it.each([...HOSTILE_SEGMENTS])('like %s is refused and never ends in a server error', async (segment) => {
    const wrong: string[] = [];
    const admin = await openSession(panel, await createAdmin(panel));
    for (const route of withParameters()) {
      const caller = route.access?.kind === 'node' ? cast.principals.node : admin;
      const path = route.path.replace(/:\w+/g, segment);
      const { status, text } = await panel.as(caller).request(route.method, path);
      // The one-time token of an install command is looked at together with the node.
      const expected = route.access?.kind === 'public' ? [400, 401, 404] : [400, 404];
      if (!expected.includes(status)) wrong.push(`${nameOf(route)} answers ${status}: ${text.slice(0, 120)}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('a query', () => {
  const BOUNDS = ['-1', '0', '1.5', 'abc', '', '1e9', '2147483648', '99999999999999999999', 'NaN', '%00', '[]', 'true'];

  it('out of bounds never ends in a server error', async () => {
    for (const route of routesOf(panel).filter(({ method }) => method === 'GET')) {
      const parameters = operationOfRoute(route)?.operation.parameters ?? [];
      const caller = await callerOf(route);
      for (const { name } of parameters.filter((parameter) => parameter.in === 'query')) {
        for (const value of BOUNDS) {
          const path = `${pathOf(route)}?${name}=${value}`;
          const { status, text } = await panel.as(caller).get(path);
          expect([path, isServerError(status) ? text : 'no server error']).toEqual([path, 'no server error']);
        }
        await expectNoServerError(caller, `${pathOf(route)}?${name}=1&${name}=2`);
        await expectNoServerError(caller, `${pathOf(route)}?${name}[a]=1&${name}[b]=2`);
      }
    }
  });

  it('cannot ask for a page of more than a thousand', async () => {
    for (const route of routesOf(panel).filter(({ method }) => method === 'GET')) {
      const parameters = operationOfRoute(route)?.operation.parameters ?? [];
      for (const { name } of parameters.filter(({ name: parameter }) =>
        /^(per_?page|limit|page_?size)$/i.test(parameter),
      )) {
        const { status, body } = await panel.as(await callerOf(route)).get(`${pathOf(route)}?${name}=1000000`);
        const told = (body as { meta?: { per_page?: number } } | null)?.meta?.per_page ?? 0;
        expect([nameOf(route), status === 400 || told <= 1000]).toEqual([nameOf(route), true]);
      }
    }
  });

  async function expectNoServerError(caller: Caller, path: string): Promise<void> {
    const { status } = await panel.as(caller).get(path);
    expect([path, isServerError(status)]).toEqual([path, false]);
  }
});
