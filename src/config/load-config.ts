import { existsSync } from 'node:fs';
import { Config } from './config.js';
import { readEnvironment } from './environment.js';
import { loadSecrets } from './secrets.js';

/** The configuration of this process: `.env` of the working folder below the real environment. */
export function loadConfig(overrides: NodeJS.ProcessEnv = {}): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return configFrom({ ...process.env, ...overrides });
}

/** A configuration from the given variables alone; tests use it. */
export function configFrom(source: NodeJS.ProcessEnv): Config {
  const { environment, rateOverrides, oidcProviders } = readEnvironment(source);
  return new Config(environment, loadSecrets(environment), rateOverrides, oidcProviders);
}
