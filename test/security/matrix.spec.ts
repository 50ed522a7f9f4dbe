import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { grants } from '../../src/common/access/permissions.js';
import type { Route } from '../../src/common/access/route-inventory.js';
import { ACCESS_TABLE } from './access-table.js';
import type { AccessLine } from './access-table.js';
import type { Answer } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createCast, PRINCIPAL_NAMES } from '../support/principals.js';
import type { Cast, Principal, PrincipalName } from '../support/principals.js';
import { sampleBody } from '../support/openapi/sample.js';
import { fillPath, nameOf, operationOfRoute, routesOf, UNKNOWN_IDS } from '../support/routes.js';
import type { PathValues } from '../support/routes.js';

type Verdict = 'allowed' | 401 | 403 | 404;
type AnswerOfRoute = Answer<{ error?: string } | undefined>;

let panel: TestPanel;
let cast: Cast;
let defaultRole: string[];

beforeAll(async () => {
  panel = await startPanel();
  cast = await createCast(panel);
  const rows = await panel.prisma.rolePermission.findMany({ where: { role: { name: 'default' } } });
  defaultRole = rows.map(({ value }) => value);
});
afterAll(() => panel.close());

/** The backup of the cast lies on its node: of these there is nothing to read. What they answer is in e2e/backup-stores. */
const OF_BACKUPS_ELSEWHERE = /^GET \/api\/remote\/backups\/:uuid(\/(kopia|pbs|restic))?$/;

const lineOf = (route: Route): AccessLine => {
  const line = ACCESS_TABLE[nameOf(route)];
  if (line === undefined) throw new Error(`${nameOf(route)} has no line in the access table`);
  return line;
};

/** The routes with a line, those of some kinds only when kinds are given; `routes.spec.ts` sees to it that all have one. */
function tabled(...kinds: AccessLine['kind'][]): Route[] {
  const routes = routesOf(panel).filter((route) => ACCESS_TABLE[nameOf(route)] !== undefined);
  return kinds.length === 0 ? routes : routes.filter((route) => kinds.includes(lineOf(route).kind));
}

/** Sends the body that the document shows as an example, so that no caller is refused for what he sent. */
const call = (route: Route, principal: Principal, ids: PathValues): Promise<AnswerOfRoute> => {
  const body = exampleBodyOf(route);
  const path = fillPath(route.path, ids) + requiredQueryOf(route);
  return panel.as(principal).request(route.method, path, body === undefined ? {} : { body });
};

/** What daemons always send in the query: a call without it is refused before anything is looked up. */
function requiredQueryOf(route: Route): string {
  if (route.access?.kind !== 'node') return '';
  const parameters = operationOfRoute(route)?.operation.parameters ?? [];
  const required = parameters.filter((parameter) => parameter.in === 'query' && parameter.required === true);
  return required.length === 0 ? '' : `?${required.map(({ name }) => `${name}=1`).join('&')}`;
}

function exampleBodyOf(route: Route): unknown {
  const media = operationOfRoute(route)?.operation.requestBody?.content['application/json'];
  return media === undefined ? undefined : sampleBody(media);
}

/** What a principal must get at a route whose ids exist and are the owner's. */
function verdict(principal: Principal, line: AccessLine): Verdict {
  if (line.kind === 'anybody') return 'allowed';
  if (line.kind === 'node') return verdictOnNode(principal, line.scoped);
  if (line.kind === 'node or holder' && principal.proof === 'node') return 'allowed';
  if (principal.user === undefined) return 401;
  if (principal.name === 'suspendedOwner') return 403;
  const isKey = principal.proof === 'client-key' || principal.proof === 'admin-key';
  const isOwner = principal.user.id === cast.principals.owner.user?.id;
  switch (line.kind) {
    case 'account':
      if (isKey && line.key !== undefined && principal.name === 'clientKeyWithout') return 403;
      return isKey ? (line.keys ?? 'allowed') : 'allowed';
    case 'session':
      return isKey ? 403 : 'allowed';
    case 'holder':
      return line.permissions.every((permission) => holds(principal.name, permission)) ? 'allowed' : 403;
    case 'node or holder':
      return holds(principal.name, line.permission) ? 'allowed' : 403;
    case 'self':
      if (line.sessionOnly && isKey) return 403;
      if (isOwner && isKey && line.key !== undefined && !holds(principal.name, line.key)) return 403;
      return isOwner || holds(principal.name, line.staff) ? 'allowed' : 403;
    case 'own':
      if (line.sessionOnly && isKey) return 403;
      if (line.permission !== undefined && !holds(principal.name, line.permission)) return 403;
      if (!isOwner) return line.staff !== undefined && holds(principal.name, line.staff) ? 'allowed' : 404;
      return isKey && line.key !== undefined && !holds(principal.name, line.key) ? 403 : 'allowed';
    case 'server':
      return verdictOnServer(principal.name, line);
    case 'organisation':
      return verdictOnOrganisation(principal.name, line);
  }
}

function verdictOnNode({ name, proof }: Principal, isScoped: boolean): Verdict {
  if (proof !== 'node') return 401;
  return isScoped && name === 'otherNode' ? 404 : 'allowed';
}

function holds(name: PrincipalName, permission: string): boolean {
  if (['staff', 'rootAdmin', 'adminKey'].includes(name)) return true;
  if (['staffWithout', 'clientKeyWithout'].includes(name)) return false;
  return grants(defaultRole, permission);
}

/** The cast's organisation belongs to the owner, and has no other members. */
function verdictOnOrganisation(
  name: PrincipalName,
  { role, staff }: Extract<AccessLine, { kind: 'organisation' }>,
): Verdict {
  if (['owner', 'clientKey'].includes(name)) return role === 'none' ? 403 : 'allowed';
  return staff.some((permission) => holds(name, permission)) ? 'allowed' : 403;
}

function verdictOnServer(name: PrincipalName, { owner, subuser }: Extract<AccessLine, { kind: 'server' }>): Verdict {
  switch (name) {
    case 'staff':
    case 'rootAdmin':
    case 'adminKey':
      return 'allowed';
    case 'owner':
    case 'clientKey':
      return owner ? 'allowed' : 403;
    case 'clientKeyWithout':
      return 403;
    case 'subuser':
      return subuser === 'none' ? 403 : 'allowed';
    case 'subuserWithout':
      return subuser === 'any' ? 'allowed' : 403;
    default:
      return 404;
  }
}

/** Routes and principals where the answer is not the expected verdict. */
async function surprises(
  routes: readonly Route[],
  names: readonly PrincipalName[],
  ids: PathValues,
): Promise<string[]> {
  const found: string[] = [];
  for (const route of routes) {
    for (const name of names) {
      const expected = verdict(cast.principals[name], lineOf(route));
      if (expected === 'allowed') continue;
      const { status, text } = await call(route, cast.principals[name], ids);
      if (status !== expected)
        found.push(`${name}: ${nameOf(route)} answers ${status}, not ${expected}: ${text.slice(0, 120)}`);
    }
  }
  return found;
}

describe('the access table', () => {
  it('says what every route declares', () => {
    const differing = tabled().filter((route) => !agrees(lineOf(route), route));
    expect(differing.map((route) => `${nameOf(route)}: ${JSON.stringify(route.access)}`)).toEqual([]);
  });
});

function agrees(line: AccessLine, { access }: Route): boolean {
  switch (line.kind) {
    case 'anybody':
      return access?.kind === 'public';
    case 'node':
      return access?.kind === 'node';
    case 'node or holder':
      return access?.kind === 'node-or-permission' && access.permissions.join() === line.permission;
    case 'holder':
      return access?.kind === 'permission' && access.permissions.join() === line.permissions.join();
    case 'session':
      return access?.kind === 'authenticated' && access.sessionOnly;
    case 'self':
    case 'own':
      return access?.kind === 'authenticated' && access.sessionOnly === line.sessionOnly;
    case 'account':
      return access?.kind === 'authenticated' && !access.sessionOnly && access.keyPermission === line.key;
    default:
      return access?.kind === 'authenticated' && !access.sessionOnly;
  }
}

describe.each([...PRINCIPAL_NAMES])('%s', (name) => {
  it('is refused wherever the table does not let him in', async () => {
    expect(await surprises(tabled(), [name], cast.ids)).toEqual([]);
  });

  it('reads whatever the table lets him read', async () => {
    const refused: string[] = [];
    for (const route of tabled().filter(({ method }) => method === 'GET')) {
      const line = lineOf(route);
      if (line.kind === 'anybody' || verdict(cast.principals[name], line) !== 'allowed') continue;
      const { status, text } = await call(route, cast.principals[name], cast.ids);
      if (status === 404 && OF_BACKUPS_ELSEWHERE.test(nameOf(route))) continue;
      if ([401, 403, 404].includes(status)) refused.push(`${nameOf(route)} answers ${status}: ${text.slice(0, 120)}`);
    }
    expect(refused).toEqual([]);
  });
});

describe('staff', () => {
  it('get past the permission check of every route that changes something', async () => {
    const refused: string[] = [];
    const changing = tabled('holder').filter(({ method }) => method !== 'GET');
    // Not those that delete everything there is.
    for (const route of changing.filter(({ method, path }) => method !== 'DELETE' || path.includes(':'))) {
      for (const name of ['staff', 'rootAdmin', 'adminKey'] as const) {
        // Unknown ids and an empty body: nothing is changed, but only who may do it learns that.
        const path = fillPath(route.path, UNKNOWN_IDS);
        const { status } = await panel.as(cast.principals[name]).request(route.method, path, { body: {} });
        if ([401, 403].includes(status)) refused.push(`${name}: ${nameOf(route)} answers ${status}`);
      }
    }
    expect(refused).toEqual([]);
  });
});

describe('a credential of the wrong kind', () => {
  it('counts as none: a daemon is nobody on routes for people', async () => {
    const routes = tabled('account', 'session', 'holder', 'self', 'server', 'organisation');
    expect(await surprises(routes, ['node', 'otherNode'], cast.ids)).toEqual([]);
  });

  it('counts as none: people are nobody on routes for daemons', async () => {
    expect(await surprises(tabled('node'), ['rootAdmin', 'adminKey', 'owner', 'clientKey'], cast.ids)).toEqual([]);
  });

  it.each([
    ['a forged signature', () => tampered(bearerOf('rootAdmin'))],
    ['no signature', () => `${bearerOf('rootAdmin').split('.').slice(0, 2).join('.')}.`],
    ['an algorithm of its own choice', () => unsigned(bearerOf('rootAdmin'))],
    ['the token of a node', () => cast.node.token],
    ['an unknown API key', () => 'f'.repeat(64)],
    ['nothing but a word', () => 'undefined'],
  ])('is refused: %s', async (_what, token) => {
    for (const authorization of [`Bearer ${token()}`, `ApiKey ${token()}`]) {
      const answers = await Promise.all(
        tabled('account', 'holder').map((route) =>
          call(route, { ...cast.principals.nobody, headers: { authorization } }, cast.ids),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    }
  });
});

describe('an id of somebody else', () => {
  /** Callers who have nothing to do with the stranger's things, and the answers they get for those and for unknown ids. */
  async function answers(route: Route, name: PrincipalName): Promise<{ foreign: unknown[]; unknown: unknown[] }> {
    const principal = cast.principals[name];
    const foreign = await call(route, principal, { ...cast.strangersIds, uuid: cast.strangersServer.uuid });
    const unknown = await call(route, principal, { ...UNKNOWN_IDS, uuid: UNKNOWN_IDS['servers'] ?? '' });
    return {
      foreign: [nameOf(route), foreign.status, withoutRequestId(foreign)],
      unknown: [nameOf(route), 404, withoutRequestId(unknown)],
    };
  }

  it.each(['owner', 'subuser', 'clientKey', 'staffWithout'] as const)(
    'gives %s the same 404 as an id that nobody has',
    async (name) => {
      for (const route of tabled('server', 'own')) {
        if (verdict(cast.principals[name], lineOf(route)) === 403) continue;
        const { foreign, unknown } = await answers(route, name);
        expect(foreign).toEqual(unknown);
      }
    },
  );

  it('gives a daemon the same answer for a server of another node as for one that does not exist', async () => {
    for (const route of tabled('node').filter(({ path }) => path.includes(':'))) {
      const { foreign, unknown } = await answers(route, 'node');
      expect(foreign).toEqual(unknown);
    }
  });

  it("is not found below something of one's own either", async () => {
    const mixed = { ...cast.strangersIds, servers: cast.server.uuid, users: cast.ids['users'] ?? '' };
    const below = tabled().filter(({ path }) => /^\/api\/(servers|users)\/:id\/.*:/.test(path));
    for (const route of below) {
      const foreign = await call(route, cast.principals.owner, mixed);
      const unknown = await call(route, cast.principals.owner, {
        ...UNKNOWN_IDS,
        servers: mixed.servers,
        users: mixed.users,
      });
      expect([nameOf(route), foreign.status]).toEqual([nameOf(route), unknown.status]);
      expect([403, 404]).toContain(foreign.status);
    }
  });
});

function withoutRequestId({ body }: AnswerOfRoute): unknown {
  return JSON.parse(JSON.stringify(body ?? null, (key, value: unknown) => (key === 'requestId' ? undefined : value)));
}

const bearerOf = (name: PrincipalName): string =>
  cast.principals[name].headers['authorization']?.replace('Bearer ', '') ?? '';

function tampered(token: string): string {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const flipped = signature.startsWith('A') ? 'B' : 'A';
  return `${head}.${payload}.${flipped}${signature.slice(1)}`;
}

function unsigned(token: string): string {
  const head = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  return `${head}.${token.split('.')[1] ?? ''}.`;
}
