import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { EnvironmentError, readEnvironment } from './environment.js';
import { configFrom } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'panel-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const problemsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
};

describe('the environment', () => {
  it('needs nothing at all', () => {
    expect(readEnvironment({}).environment).toMatchObject({ PORT: 3001, HOST: '0.0.0.0', DATA_DIR: './data' });
  });

  it('counts empty variables as unset', () => {
    expect(readEnvironment({ PORT: '', DATABASE_URL: ' ' }).environment).toMatchObject({ PORT: 3001 });
  });

  it.each([
    ['NODE_ENV', 'staging'],
    ['PORT', 'abc'],
    ['PORT', '99999'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['DATABASE_URL', 'mysql://localhost/panel'],
    ['DATABASE_POOL_SIZE', '0'],
    ['REDIS_URL', 'localhost:6379'],
    ['PANEL_URL', 'panel.example.com'],
    ['PANEL_URL', 'javascript:alert(1)'],
    ['PANEL_URL', 'https://user:secret@panel.example.com'],
    ['FRONTEND_URL', '*'],
    ['FRONTEND_URL', 'https://a.example,nonsense'],
    ['TRUSTED_PROXIES', '10.0.0.0'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'everything'],
    ['JWT_SECRET', 'too short'],
    ['SEALING_KEYS', 'k1'],
    ['SEALING_KEYS', 'k1:short'],
    ['JWT_COOKIE_NAME', 'a b'],
    ['JWT_COOKIE_SECURE', 'perhaps'],
    ['JWT_COOKIE_MAX_AGE', 'a month'],
    ['ARGON2_MEMORY_KIB', '1'],
    ['ARGON2_ITERATIONS', '0'],
    ['ARGON2_CONCURRENCY', '1000'],
    ['SMTP_URL', 'mail.example.com'],
    ['RP_ID', 'https://panel.example.com'],
    ['ORIGIN', 'panel.example.com'],
    ['OIDC_PROVIDERS', 'The House'],
    ['SIGN_IN_ALLOW_PRIVATE', 'perhaps'],
    ['GITHUB_SIGN_IN', 'perhaps'],
    ['GITHUB_SIGN_IN', 'true'],
    ['GITHUB_URL', 'http://github.example.com'],
    ['LOG_LEVEL', 'loud'],
    ['ADMIN_EMAIL', 'nobody'],
    ['NODES_ALLOW_PRIVATE', 'perhaps'],
    ['NODE_PROBE_INTERVAL_SECONDS', '0'],
    ['GLOBAL_RATE_LIMIT', 'none'],
    ['METRICS_TOKEN', 'short'],
    ['AUTH_LOGIN_RATE_IP', 'many'],
    ['AUTH_LOGIN_WINDOW_IP', '-5'],
    ['APIKEY_CREATE_RATE_USER', '0'],
  ])('refuses %s=%s with one line that names it', (name, value) => {
    const problems = problemsOf(() => readEnvironment({ [name]: value }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    expect(problems[0]).not.toContain('\n');
  });

  it('tells every problem at once, limits included', () => {
    const nonsense = { PORT: 'abc', LOG_LEVEL: 'loud', DATABASE_URL: 'x', AUTH_LOGIN_RATE_IP: 'x' };
    const problems = problemsOf(() => readEnvironment(nonsense));
    expect(problems.map((line) => line.split(' ')[0]).sort()).toEqual([
      'AUTH_LOGIN_RATE_IP',
      'DATABASE_URL',
      'LOG_LEVEL',
      'PORT',
    ]);
  });

  it('names each variable that a provider lacks', () => {
    const house = { OIDC_PROVIDERS: 'house', OIDC_HOUSE_ISSUER: 'http://id.example.com', OIDC_HOUSE_CLIENT_ID: 'x' };
    expect(problemsOf(() => readEnvironment(house))).toEqual([
      'OIDC_HOUSE_ISSUER must be an https address without credentials, query and fragment',
      'OIDC_HOUSE_CLIENT_SECRET must be set because OIDC_PROVIDERS names house',
    ]);
    expect(problemsOf(() => readEnvironment({ ...house, SIGN_IN_ALLOW_PRIVATE: '1' }))).toHaveLength(1);
    expect(problemsOf(() => readEnvironment({ GITHUB_CLIENT_ID: 'x' }))).toEqual([
      'GITHUB_CLIENT_SECRET must be set: GitHub needs the client id and the secret',
    ]);
  });

  it('never repeats what a secret was set to', () => {
    const problems = problemsOf(() =>
      readEnvironment({ JWT_SECRET: 'planted-marker', SEALING_KEYS: 'planted-marker' }),
    );
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('planted-marker');
  });

  it('asks for the secrets and the address in production', () => {
    const problems = problemsOf(() => readEnvironment({ NODE_ENV: 'production' }));
    expect(problems.map((line) => line.split(' ')[0])).toEqual(['JWT_SECRET', 'SEALING_KEYS', 'PANEL_URL']);
  });

  it('reads the limits that it changes', () => {
    const { rateOverrides } = readEnvironment({ AUTH_LOGIN_RATE_IP: '7', AUTH_LOGIN_WINDOW_IP: ' 60 ', OTHER: 'x' });
    expect(Object.fromEntries(rateOverrides)).toEqual({ AUTH_LOGIN_RATE_IP: 7, AUTH_LOGIN_WINDOW_IP: 60 });
  });
});

describe('secrets', () => {
  it('are generated once, for the owner of the folder only, and found again', () => {
    const dataDir = join(folder, 'fresh');
    const first = configFrom({ DATA_DIR: dataDir });
    const second = configFrom({ DATA_DIR: dataDir });
    expect(second.secrets.jwt.equals(first.secrets.jwt)).toBe(true);
    expect(first.secrets.sealing.map(({ id, key }) => [id, key.symmetricKeySize])).toEqual([['k1', 32]]);
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('come from the environment first, and then no file is written', () => {
    const env = { JWT_SECRET: 'x'.repeat(32), SEALING_KEYS: `a:${Buffer.alloc(32).toString('base64')}` };
    const config = configFrom({ ...env, DATA_DIR: join(folder, 'untouched') });
    expect(config.secrets.sealing[0]?.id).toBe('a');
    expect(() => statSync(join(folder, 'untouched'))).toThrow();
  });

  it.each([
    ['half a file', '{"jwtSecret": "abc'],
    ['another file', '{}'],
    ['an empty file', ''],
  ])('are not replaced when the file is %s: what was sealed would be lost', (_name, content) => {
    const dataDir = mkdtempSync(join(folder, 'broken-'));
    writeFileSync(join(dataDir, 'secrets.json'), content);
    expect(problemsOf(() => configFrom({ DATA_DIR: dataDir }))).toEqual([
      expect.stringContaining('DATA_DIR cannot be used'),
    ]);
    expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toBe(content);
  });

  it('say in one line when the folder cannot be made', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(problemsOf(() => configFrom({ DATA_DIR: join(folder, 'file', 'data') }))).toEqual([
      expect.stringContaining('DATA_DIR cannot be used'),
    ]);
  });
});

describe('the configuration', () => {
  const config = configFrom({
    DATA_DIR: join(folder, 'config'),
    PANEL_URL: 'https://api.example.com///',
    FRONTEND_URL: 'https://panel.example.com/app/, http://localhost:3000',
  });

  it('trusts exactly the origins of the panel and its frontends', () => {
    expect([...config.trustedOrigins]).toEqual([
      'https://api.example.com',
      'https://panel.example.com',
      'http://localhost:3000',
    ]);
    expect(config.corsOrigins).toEqual(['https://panel.example.com', 'http://localhost:3000']);
  });

  it('takes the pages of frontends and panel for those of passkeys, unless told otherwise', () => {
    expect(config.passkeyOrigins).toEqual([...config.trustedOrigins]);
    expect(config.relyingPartyIds).toEqual(['panel.example.com', 'api.example.com', 'localhost']);
    const env = {
      DATA_DIR: join(folder, 'config'),
      RP_ID: 'Example.com, other.example',
      ORIGIN: 'https://a.example.com/',
    };
    const { relyingPartyIds, passkeyOrigins } = configFrom(env);
    expect([relyingPartyIds, passkeyOrigins]).toEqual([['example.com', 'other.example'], ['https://a.example.com']]);
  });

  it('knows the providers that it names, and GitHub when it is switched on', () => {
    const house = { OIDC_PROVIDERS: 'house', OIDC_HOUSE_ISSUER: 'https://id.example.com', OIDC_HOUSE_CLIENT_ID: 'x' };
    const github = { GITHUB_CLIENT_ID: 'x', GITHUB_CLIENT_SECRET: 'y' };
    const env = { DATA_DIR: join(folder, 'config'), ...house, OIDC_HOUSE_CLIENT_SECRET: 'y', ...github };
    const named = (more: object) => configFrom({ ...env, ...more }).signInProviders.map(({ name }) => name);
    expect(named({})).toEqual(['house']);
    expect(named({ OIDC_HOUSE_NAME: 'The house', GITHUB_SIGN_IN: 'true' })).toEqual(['The house', 'GitHub']);
  });

  it('links to the first frontend, without a trailing slash', () => {
    expect([config.panelUrl, config.frontendUrl]).toEqual(['https://api.example.com', 'https://panel.example.com/app']);
  });
});
