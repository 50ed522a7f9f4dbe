import { describe, expect, it } from '@jest/globals';
import { substitute, withoutSecretPlaceholders } from './placeholders.js';

const values = {
  environment: { MAX: '20', EVIL: '{{config.token}}', OPEN: '{{', HALF: '{{config.', SERVER_PORT: '25565' },
  build: { memory: 1024 },
  ip: '203.0.113.5',
  port: '25565',
};

const HARMLESS = /\{\{\s*config\.docker\.(interface|network\.(interface|name))\s*\}\}/g;

/** Whether the Go daemon could replace anything by its own configuration, generously read. */
const reachesSecret = (text: string): boolean => /\{\{[^}]*config/i.test(text.replace(HARMLESS, ''));

describe('placeholders of an egg', () => {
  it('are replaced by what the server has', () => {
    expect(substitute('{{server.build.default.ip}}:{{ server.build.default.port }}', values)).toBe('203.0.113.5:25565');
    expect(substitute('{{server.allocations.default.port}}/{{env.SERVER_PORT}}', values)).toBe('25565/25565');
    expect(substitute('{{server.build.env.MAX}} {{server.env.MAX}} {{env.MAX}}', values)).toBe('20 20 20');
    expect(substitute('{{server.build.memory}}M', values)).toBe('1024M');
  });

  it('that name nothing become empty, also names of objects themselves', () => {
    expect(
      substitute('[{{env.NOTHING}}][{{server.build.nothing}}][{{env.constructor}}][{{env.__proto__}}]', values),
    ).toBe('[][][][]');
  });

  it('leave to the daemon only its network interface', () => {
    expect(substitute('{{config.docker.interface}}', values)).toBe('{{config.docker.interface}}');
    expect(substitute('{{config.docker.network.interface}}', values)).toBe('{{config.docker.network.interface}}');
  });

  it.each([
    '{{config.token}}',
    '{{ config.token }}',
    '{{config.docker.registries.ghcr.password}}',
    '{{{{config.token}}config.token}}',
    '{{{{config.token}}',
    '{{\u0000config.token}}',
    '{{con{{env.NOTHING}}fig.token}}',
    '{{config.{{env.NOTHING}}token}}',
    '{{env.EVIL}}',
    '{{env.OPEN}}config.token}}',
    '{{env.HALF}}token}}',
    '{{CONFIG.token}}',
    '{{config.docker.interface.{{config.token}}}}',
    '{{config.docker.interface}}{{config.token}}',
  ])('never reach a secret of the daemon: %s', (text) => {
    expect(reachesSecret(substitute(text, values))).toBe(false);
    expect(withoutSecretPlaceholders(text)).not.toMatch(/\{\{\s*config\.(token|docker\.registries)/i);
  });

  it('are read in one go, however many braces somebody writes', () => {
    const texts = ['{{'.repeat(4_000), '{{ '.repeat(2_700), '{{config '.repeat(900), '{{'.padEnd(8_000)];
    const begin = performance.now();
    for (let time = 0; time < 5; time++) {
      for (const text of texts) {
        expect(withoutSecretPlaceholders(`${text}config.token}}`)).not.toMatch(/\{\{\s*config\s*\./);
      }
    }
    // One of these took a third of a second, and a server may have two hundred variables.
    expect(performance.now() - begin).toBeLessThan(300);
  });
});
