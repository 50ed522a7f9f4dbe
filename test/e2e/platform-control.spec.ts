import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { askRunningPanel } from '../../src/start/control-client.js';
import { ControlServer } from '../../src/start/control-server.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
let control: ControlServer;
let dataDir: string;

beforeAll(async () => {
  panel = await startPanel();
  dataDir = panel.config.env.DATA_DIR;
  control = new ControlServer(panel.app, dataDir);
  await control.open();
});
afterAll(async () => {
  await control.close();
  await panel.close();
});

const ask = (...argv: string[]) => askRunningPanel(dataDir, argv);

/** Sends a line as it is and returns what comes back. */
async function send(text: string): Promise<string> {
  const socket = connect(join(dataDir, 'control.sock'));
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
  socket.write(text);
  await once(socket, 'end');
  socket.end();
  return answer;
}

describe('the commands of a running panel', () => {
  it('tell that it is ready', async () => {
    expect(await ask('health')).toEqual({ exitCode: 0, output: 'ok' });
  });

  it('switch a feature at once and leave an audit entry', async () => {
    expect(await ask('feature', 'ticketing', 'off')).toEqual({ exitCode: 0, output: 'The feature ticketing is off.' });
    expect((await fetch(`${panel.url}/api/tickets`)).status).toBe(503);
    expect(panel.app.get(PanelSettings).isFeatureEnabled('ticketing')).toBe(false);
    expect(await panel.prisma.activityEntry.findFirst({ where: { action: 'admin:settings:update' } })).toMatchObject({
      userId: null,
      metadata: { changes: { 'featureToggles.ticketing': { before: true, after: false } } },
    });
    await ask('feature', 'ticketing', 'on');
    expect((await fetch(`${panel.url}/api/tickets`)).status).toBe(404);
  });

  it('promote an account, whatever the case of its address', async () => {
    const { id } = await panel.prisma.user.create({
      data: { email: 'ada@example.com', passwordHash: '', firstName: 'Ada', lastName: 'L' },
    });
    expect(await ask('promote', 'Ada@Example.com')).toEqual({
      exitCode: 0,
      output: 'Ada@Example.com is now rootAdmin.',
    });
    expect(await panel.prisma.user.findUnique({ where: { id } })).toMatchObject({ role: 'rootAdmin' });
  });

  it('make an account that can sign in, once', async () => {
    const { exitCode, output } = (await ask('create-user', 'New@Example.com', 'support')) ?? {};
    expect(exitCode).toBe(0);
    const password = output?.split(' ').at(-1);
    const login = await panel.http.post('/api/auth/login', { email: 'new@example.com', password });
    expect(login.status).toBe(200);
    expect(await ask('create-user', 'new@example.com')).toMatchObject({ exitCode: 1 });
    const entries = await panel.prisma.activityEntry.findMany({ select: { action: true, metadata: true } });
    expect(entries.map(({ action }) => action)).toContain('user:create');
    expect(JSON.stringify(entries)).not.toContain(password);
  });

  it('make a node for an admin and tell how to install its daemon', async () => {
    await ask('create-user', 'admin@example.com', 'rootAdmin');
    const made = await ask('create-node', 'fra-1', 'http://127.0.0.1:8080', 'admin@example.com');
    const node = await panel.prisma.node.findUniqueOrThrow({ where: { name: 'fra-1' } });
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made?.output).toContain(`--node ${node.id} --token `);
    expect(await ask('create-node', 'fra-1', 'http://127.0.0.1:8080', 'admin@example.com')).toMatchObject({
      exitCode: 1,
    });
    expect(await ask('create-node', 'fra-2', 'http://127.0.0.1:8080', 'new@example.com')).toMatchObject({
      exitCode: 1,
    });
  });

  it('say in one line that nobody has the address', async () => {
    const answer = await ask('promote', 'nobody@example.com');
    expect(answer?.exitCode).toBe(1);
    expect(answer?.output).toMatch(/^[^\n]*nobody@example\.com[^\n]*$/);
  });

  it.each([
    [[]],
    [['unknown']],
    [['promote']],
    [['promote', 'not an address']],
    [['promote', 'a@b', 'role', 'more']],
    [['feature', 'ticketing']],
    [['feature', 'unknown', 'on']],
    [['feature', 'ticketing', 'perhaps']],
    [['health', 'now']],
    [['constructor']],
  ])('answer %j with the usage', async (argv) => {
    const answer = await ask(...argv);
    expect(answer?.exitCode).toBe(2);
    expect(answer?.output).toContain('promote <email> [role]');
  });
});

describe('the socket of the commands', () => {
  it('may be opened by its owner only', () => {
    expect(statSync(join(dataDir, 'control.sock')).mode & 0o777).toBe(0o600);
  });

  it.each(['nonsense\n', '{"argv": "health"}\n', '{"argv": [1]}\n', 'null\n', '\n'])(
    'answers %j with the usage',
    async (text) => {
      expect(JSON.parse(await send(text))).toMatchObject({ exitCode: 2 });
    },
  );

  it('does not read without end', async () => {
    expect(JSON.parse(await send('x'.repeat(70_000)))).toMatchObject({ exitCode: 2 });
  });

  it('is left to the panel that has it', async () => {
    const second = new ControlServer(panel.app, dataDir);
    await second.open();
    await second.close();
    expect(await ask('health')).toEqual({ exitCode: 0, output: 'ok' });
  });

  it('is gone after the panel closed it, with those who had not asked anything', async () => {
    const idle = connect(join(dataDir, 'control.sock'));
    await once(idle, 'connect');
    const gone = once(idle, 'close');
    await control.close();
    await gone;
    expect(existsSync(join(dataDir, 'control.sock'))).toBe(false);
    expect(await ask('health')).toBeUndefined();
    await control.open();
    expect(await ask('health')).toEqual({ exitCode: 0, output: 'ok' });
  });
});
