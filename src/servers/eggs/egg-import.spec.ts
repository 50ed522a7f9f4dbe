import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PanelError } from '../../common/errors/panel-error.js';
import { configsFromFiles } from '../configuration/process-configuration.js';
import { exportEgg } from './egg-export.js';
import { importEgg } from './egg-import.js';

const load = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`test/support/eggs/${name}.json`, 'utf8')) as Record<string, unknown>;

const minimal = { name: 'Small', docker_images: { One: 'example/one:1' }, startup: './run' };

const refusalOf = (file: unknown): PanelError => {
  try {
    importEgg(file);
  } catch (error) {
    if (error instanceof PanelError) return error;
    throw error;
  }
  throw new Error('the egg was accepted');
};

describe('the import of an egg', () => {
  it('reads a Minecraft egg with its files, variables and script', () => {
    const egg = importEgg(load('paper'));
    expect(egg).toMatchObject({
      name: 'Paper',
      dockerImage: 'ghcr.io/pterodactyl/yolks:java_21',
      features: ['eula', 'java_version', 'pid_limit'],
      fileDenylist: ['*.secret'],
      updateUrl: null,
      visible: true,
      processConfig: {
        startup: { done: [')! For help, type '], user_interaction: [], strip_ansi: false },
        stop: { type: 'command', value: 'stop' },
        configs: [],
      },
      installScript: { container: 'ghcr.io/pterodactyl/installers:alpine', entrypoint: 'ash' },
    });
    expect(Object.keys(egg.dockerImages)).toEqual(['Java 21', 'Java 17']);
    expect(egg.installScript?.script).not.toContain('\r');
    expect(
      egg.envVars.map(({ env_variable, default_value, user_editable }) => [env_variable, default_value, user_editable]),
    ).toEqual([
      ['MINECRAFT_VERSION', 'latest', true],
      ['SERVER_JARFILE', 'server.jar', true],
      ['MAX_PLAYERS', '20', true],
      ['BUILD_NUMBER', 'latest', false],
    ]);
  });

  it('turns config.files into what daemons read, with conditions', () => {
    expect(configsFromFiles(importEgg(load('paper')).configFiles)).toEqual([
      {
        file: 'server.properties',
        parser: 'properties',
        replace: [
          { match: 'server-ip', replace_with: '0.0.0.0' },
          { match: 'server-port', replace_with: '{{server.build.default.port}}' },
          { match: 'query.port', replace_with: '{{server.build.default.port}}' },
          { match: 'max-players', replace_with: '{{server.build.env.MAX_PLAYERS}}' },
        ],
      },
      {
        file: 'config/proxy.yml',
        parser: 'yaml',
        replace: [
          { match: 'servers.*.address', replace_with: '{{config.docker.interface}}', if_value: '127.0.0.1' },
          { match: 'servers.*.address', replace_with: '{{config.docker.interface}}', if_value: 'localhost' },
        ],
      },
    ]);
  });

  it('reads rules given as a list and ^C as the signal that it stands for', () => {
    const egg = importEgg(load('nodejs'));
    expect(egg.envVars[0]?.rules).toBe('required|string|max:64');
    expect(egg.processConfig.stop).toEqual({ type: 'signal', value: 'SIGINT' });
    expect(egg.processConfig.startup.done).toEqual(['listening', 'ready']);
    expect(egg.updateUrl).toBe('https://eggs.example.test/nodejs.json');
  });

  it('reads the old format: images as a list, empty files as a list, flags as numbers', () => {
    const egg = importEgg(load('old'));
    expect(egg.dockerImage).toBe('quay.io/pterodactyl/core:source');
    expect(egg.configFiles).toEqual({});
    expect(egg.envVars[0]).toMatchObject({ user_viewable: true, user_editable: false, field_type: 'text' });
    expect(egg.installScript).toEqual({
      script: 'echo steam',
      container: 'ghcr.io/pterodactyl/installers:debian',
      entrypoint: 'bash',
    });
  });

  it('reads a Pelican egg without a script', () => {
    const egg = importEgg(load('pelican'));
    expect(egg.installScript).toBeNull();
    expect(egg.processConfig).toMatchObject({
      startup: { done: ['started'], strip_ansi: true },
      stop: { type: 'signal', value: 'SIGTERM' },
    });
    expect(egg.configFiles['voice.ini']?.parser).toBe('ini');
  });

  it('exports what it imported so that it can be imported again', () => {
    for (const name of ['paper', 'nodejs', 'old', 'pelican']) {
      const egg = importEgg(load(name));
      const stored = {
        ...egg,
        id: 1,
        uuid: '0f1e2d3c-4b5a-4968-8776-655443322110',
        createdAt: new Date(),
        updatedAt: new Date(),
      };
      const exported = JSON.parse(JSON.stringify(exportEgg(stored))) as Record<string, unknown>;
      expect(importEgg(exported)).toEqual(egg);
    }
  });

  it.each([
    ['no object', [1, 2], /JSON object/],
    ['no image', { name: 'x', startup: 'x' }, /does not contain a docker image/],
    [
      'an image with options of the command line',
      { ...minimal, docker_images: { One: '--privileged example' } },
      /docker image/,
    ],
    ['no command', { ...minimal, startup: undefined }, /startup/],
    ['a command that is no text', { ...minimal, startup: { a: 1 } }, /startup/],
    ['an unknown version', { ...minimal, meta: { version: 'XYZ_v9' } }, /unknown version/],
    ['variables that are no list', { ...minimal, variables: 'A=1' }, /variables/],
    ['a variable with an impossible name', { ...minimal, variables: [{ env_variable: 'A;rm -rf /' }] }, /env_variable/],
    ['a variable twice', { ...minimal, variables: [{ env_variable: 'A' }, { env_variable: 'A' }] }, /twice/],
    ['a variable of the panel', { ...minimal, variables: [{ env_variable: 'STARTUP' }] }, /STARTUP/],
    ['files that are no JSON', { ...minimal, config: { files: '{' } }, /config\.files must be JSON/],
    [
      'a parser that daemons do not know',
      { ...minimal, config: { files: { 'a.txt': { parser: 'lua', find: {} } } } },
      /parser/,
    ],
    [
      'a file outside of the server',
      { ...minimal, config: { files: { '../../etc/passwd': { parser: 'file', find: {} } } } },
      /file name/,
    ],
    ['an address of another kind', { ...minimal, meta: { update_url: 'javascript:alert(1)' } }, /updateUrl/],
    ['a script without end', { ...minimal, scripts: { installation: { script: 'x'.repeat(300_000) } } }, /script/],
    ['characters that databases refuse', { ...minimal, startup: './run\0' }, /NUL/],
    ['a name without end', { ...minimal, name: 'x'.repeat(500) }, /name/],
  ])('refuses %s and says why', (_case, file, text) => {
    const refusal = refusalOf(file);
    expect(refusal.status).toBe(400);
    expect(refusal.message).toMatch(text);
  });

  it('survives any JSON', () => {
    const junk = [
      null,
      1,
      'x',
      [],
      { docker_images: [null] },
      { docker_images: { a: {} } },
      { ...minimal, config: [] },
      { ...minimal, scripts: 5 },
    ];
    for (const file of junk) {
      try {
        importEgg(file);
      } catch (error) {
        expect(error).toBeInstanceOf(PanelError);
      }
    }
  });
});
