import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createAdmin, createNode, openSession } from '../support/factories.js';
import type { TestNode } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const run = promisify(execFile);
const SCRIPT = new URL('../../src/nodes/enrolment/install.sh', import.meta.url).pathname;
const DAEMON = '#!/bin/sh\necho a daemon\n';

let panel: TestPanel;
let admin: HttpClient;
let adminId: number;
let work: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'enrolment-'));
  writeFileSync(join(work, 'wings-x86_64'), DAEMON);
  panel = await startPanel({ env: { WINGS_BUILD_DIR: work, PANEL_URL: 'https://panel.example.com' } });
  const user = await createAdmin(panel);
  adminId = user.id;
  admin = panel.as(await openSession(panel, user));
});
afterAll(async () => {
  await panel.close();
  rmSync(work, { recursive: true, force: true });
});

interface Command {
  command: string;
  expiresAt: string;
}

async function oneTimeToken(node: TestNode): Promise<string> {
  const { status, body } = await admin.post<Command>(`/api/nodes/${node.uuid}/install-command`);
  expect(status).toBe(200);
  return /--token ([0-9a-f]{64})$/.exec(body.command)?.[1] ?? '';
}

const configuration = (node: { id: number | string }, token: string) =>
  panel.http.get<string>(`/api/wings/nodes/${node.id}/configuration`, {
    headers: { authorization: `Bearer ${token}` },
  });

describe('the install command', () => {
  it('is one line without the secret of the node, valid for half an hour and in the audit log', async () => {
    const node = await createNode(panel);
    const answer = await admin.post<Command>(`/api/nodes/${node.id}/install-command`);
    const { command, expiresAt } = answer.body;
    expect(command).toMatch(
      new RegExp(
        "^curl -fsSL 'https://panel.example.com'/api/wings/install.sh \\| sudo sh -s -- " +
          `--panel-url 'https://panel.example.com' --node ${node.id} --token [0-9a-f]{64}$`,
      ),
    );
    expect(command).not.toContain(node.token);
    expect(answer.headers['cache-control']).toBe('no-store');
    const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(29);
    expect(minutes).toBeLessThanOrEqual(30);
    const where = { action: 'node:install-command', targetId: String(node.id), userId: adminId };
    const entry = await panel.prisma.activityEntry.findFirstOrThrow({ where });
    const token = command.split(' ').at(-1) ?? '';
    expect(JSON.stringify(entry.metadata)).not.toContain(token);
    const row = await panel.prisma.nodeInstallToken.findFirstOrThrow({ where: { nodeId: node.id } });
    expect(Buffer.from(row.digest).toString('hex')).not.toBe(token);
  });

  it('lets its token fetch the configuration once', async () => {
    const node = await createNode(panel, { url: 'https://fra-1.example.com:8443', useSsl: true });
    const token = await oneTimeToken(node);
    const answer = await configuration(node, token);
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(parse(answer.text)).toMatchObject({
      uuid: node.uuid,
      token_id: node.tokenId,
      token: node.token,
      api: { port: 8443, ssl: { enabled: true } },
      remote: 'https://panel.example.com',
    });
    const again = await configuration(node, token);
    expect(again.status).toBe(401);
    expect(again.text).not.toContain(node.token);
    const where = { action: 'node:configuration:install', targetId: String(node.id), userId: adminId };
    expect(await panel.prisma.activityEntry.count({ where })).toBe(1);
  });

  it('refuses a token that is unknown, too old, replaced or of another node, and tokens of other kinds', async () => {
    const [node, other] = [await createNode(panel), await createNode(panel)];
    const replaced = await oneTimeToken(node);
    const token = await oneTimeToken(node);
    for (const wrong of ['f'.repeat(64), replaced, node.token, '', 'x'.repeat(64)]) {
      expect((await configuration(node, wrong)).status).toBe(401);
    }
    for (const id of [other.id, 999_999, 'x', '..%2f1']) {
      expect((await configuration({ id }, token)).status).toBe(401);
    }
    expect((await panel.http.get(`/api/wings/nodes/${node.id}/configuration`)).status).toBe(401);
    expect((await panel.http.get(`/api/wings/nodes/${node.id}/configuration?token=${token}`)).status).toBe(401);
    expect((await panel.http.get('/api/nodes', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    await panel.prisma.nodeInstallToken.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } });
    expect((await configuration(node, token)).status).toBe(401);
    expect((await admin.post('/api/nodes/999999/install-command')).status).toBe(404);
  });

  it('of 50 machines that present the same token exactly one gets the configuration', async () => {
    const node = await createNode(panel);
    const token = await oneTimeToken(node);
    const answers = await Promise.all(Array.from({ length: 50 }, () => configuration(node, token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
    expect(answers.filter(({ text }) => text.includes(node.token))).toHaveLength(1);
  });
});

describe('the download', () => {
  it('gives the build for an architecture', async () => {
    const answer = await panel.http.get<string>('/api/wings/download?arch=x86_64');
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(DAEMON);
    expect(answer.headers['content-length']).toBe(String(DAEMON.length));
  });

  it.each(['', '?arch=', '?arch=riscv64', '?arch=..%2F..%2Fetc%2Fpasswd', '?arch[]=x86_64'])(
    'refuses %p',
    async (query) => {
      expect((await panel.http.get(`/api/wings/download${query}`)).status).toBe(400);
    },
  );

  it('says when there is no build', async () => {
    expect((await panel.http.get('/api/wings/download?arch=aarch64')).status).toBe(404);
  });

  it('sends on to the configured address where there is no file', async () => {
    const { env } = panel.config;
    env.WINGS_DOWNLOAD_URL = 'https://downloads.example.com/{arch}/wings_{arch}';
    try {
      const answer = await panel.http.get<string>('/api/wings/download?arch=aarch64');
      expect([answer.status, answer.text]).toEqual([302, '']);
      expect(answer.headers['location']).toBe('https://downloads.example.com/aarch64/wings_aarch64');
      expect((await panel.http.get('/api/wings/download?arch=x86_64')).status).toBe(200);
    } finally {
      delete env.WINGS_DOWNLOAD_URL;
    }
  });
});

describe('the install script', () => {
  const stubs = { systemctl: 'echo "systemctl $*" >>"$STUB_LOG"', docker: 'exit 0', id: 'echo 0' };

  /** A machine of its own: nothing but stubs and the usual tools, with another folder as its root. */
  function machine(commands: Record<string, string>): { root: string; env: NodeJS.ProcessEnv; log: () => string } {
    const folder = mkdtempSync(join(work, 'machine-'));
    const [bin, log] = [join(folder, 'bin'), join(folder, 'log')];
    mkdirSync(bin);
    writeFileSync(log, '');
    for (const [name, body] of Object.entries({ uname: uname('x86_64'), ...commands })) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const root = join(folder, 'root');
    const env = { PATH: `${bin}:/usr/bin:/bin`, WINGS_ROOT: root, STUB_LOG: log, HOME: folder };
    return { root, env, log: () => readFileSync(log, 'utf8') };
  }
  const uname = (arch: string): string => `[ "$1" = -s ] && echo Linux || echo ${arch}`;
  const install = (env: NodeJS.ProcessEnv, args: readonly string[]) =>
    run('sh', [SCRIPT, ...args], { env }).then(
      ({ stderr }) => ({ code: 0, stderr }),
      (error: unknown) => {
        const { code, stderr } = error as { code: number; stderr: string };
        return { code, stderr };
      },
    );
  const argumentsFor = (node: TestNode, token: string) => {
    return ['--panel-url', `${panel.url}/`, '--node', String(node.id), '--token', token];
  };

  it('is served as text, holds no secret and is sound for sh', async () => {
    const answer = await panel.http.get<string>('/api/wings/install.sh');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.text).toBe(readFileSync(SCRIPT, 'utf8'));
    expect(answer.text).toMatch(/^#!\/bin\/sh\n[^]*\nset -eu\n/);
    for (const { token } of [await createNode(panel)]) expect(answer.text).not.toContain(token);
    await run('sh', ['-n', SCRIPT]);
  });

  it('turns a machine into a node', async () => {
    const node = await createNode(panel);
    const { root, env, log } = machine(stubs);
    const { code, stderr } = await install(env, argumentsFor(node, await oneTimeToken(node)));
    expect(stderr).toContain('done');
    expect(code).toBe(0);
    expect(readFileSync(join(root, 'usr/local/bin/wings'), 'utf8')).toBe(DAEMON);
    expect(statSync(join(root, 'usr/local/bin/wings')).mode & 0o777).toBe(0o755);
    const config = join(root, 'etc/pterodactyl/config.yml');
    expect(parse(readFileSync(config, 'utf8'))).toMatchObject({ uuid: node.uuid, token: node.token });
    expect(statSync(config).mode & 0o077).toBe(0);
    expect(readFileSync(join(root, 'etc/systemd/system/wings.service'), 'utf8')).toContain('/usr/local/bin/wings');
    expect(log()).toContain('systemctl enable --now docker\nsystemctl daemon-reload');
    expect(log()).toContain('systemctl restart wings');
  });

  it('keeps the configuration that was there', async () => {
    const node = await createNode(panel);
    const { root, env } = machine(stubs);
    mkdirSync(join(root, 'etc/pterodactyl'), { recursive: true });
    writeFileSync(join(root, 'etc/pterodactyl/config.yml'), 'old: true\n');
    expect((await install(env, argumentsFor(node, await oneTimeToken(node)))).code).toBe(0);
    expect(readFileSync(join(root, 'etc/pterodactyl/config.yml.before'), 'utf8')).toBe('old: true\n');
  });

  it.each([
    ['without root', { ...stubs, id: 'echo 1000' }, 'run this as root'],
    ['on another kind of machine', { ...stubs, uname: uname('riscv64') }, 'no daemon for this machine'],
    ['where there is no build', { ...stubs, uname: uname('aarch64') }, 'could not be downloaded'],
  ])('stops %s, and the token still works', async (_what, commands, message) => {
    const node = await createNode(panel);
    const token = await oneTimeToken(node);
    const { root, env } = machine(commands);
    const { code, stderr } = await install(env, argumentsFor(node, token));
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(existsSync(join(root, 'etc/pterodactyl/config.yml'))).toBe(false);
    expect((await configuration(node, token)).status).toBe(200);
  });

  it('stops when the token does not count, and starts nothing', async () => {
    const node = await createNode(panel);
    const { root, env, log } = machine(stubs);
    const { code, stderr } = await install(env, argumentsFor(node, 'e'.repeat(64)));
    expect([code, stderr]).toEqual([1, expect.stringContaining('make a new install command')]);
    expect(existsSync(join(root, 'etc/pterodactyl/config.yml'))).toBe(false);
    expect(log()).not.toContain('wings');
  });

  it.each([
    [[]],
    [['--panel-url', 'https://panel.example.com']],
    [['--panel-url', 'ftp://x', '--node', '1', '--token', 'a']],
    [['--panel-url', 'https://x', '--node', '1; reboot', '--token', 'a']],
    [['--panel-url', 'https://x', '--node', '1', '--token', 'a"\nurl = "file:///etc/passwd']],
    [['--panel-url', 'https://x', '--node', '1', '--token']],
    [['--other', 'x']],
  ])('explains itself for the arguments %j', async (args) => {
    const { code, stderr } = await install(machine(stubs).env, args);
    expect([code, stderr]).toEqual([1, expect.stringContaining('usage:')]);
  });
});
