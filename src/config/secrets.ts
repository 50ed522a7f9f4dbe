import { createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from './environment.js';
import type { Environment } from './environment.js';

/** Keys of this installation. `sealing[0]` seals new secrets, every key opens old ones. */
export interface Secrets {
  readonly jwt: KeyObject;
  readonly sealing: readonly { readonly id: string; readonly key: KeyObject }[];
}

interface StoredSecrets {
  jwtSecret: string;
  sealingKeys: string;
}

/** Takes the keys from the environment; what is missing there is generated once and kept in `DATA_DIR/secrets.json`. */
export function loadSecrets(environment: Environment): Secrets {
  const complete = environment.JWT_SECRET !== undefined && environment.SEALING_KEYS !== undefined;
  const stored = complete ? undefined : storedSecrets(environment.DATA_DIR);
  const jwt = environment.JWT_SECRET ?? stored?.jwtSecret ?? '';
  const sealing = environment.SEALING_KEYS ?? stored?.sealingKeys ?? '';
  return {
    jwt: createSecretKey(Buffer.from(jwt)),
    sealing: sealing.split(',').map((pair) => {
      const [id = '', key = ''] = pair.split(':');
      return { id, key: createSecretKey(Buffer.from(key, 'base64')) };
    }),
  };
}

function storedSecrets(dataDir: string): StoredSecrets {
  const path = join(dataDir, 'secrets.json');
  const generated: StoredSecrets = {
    jwtSecret: randomBytes(48).toString('base64url'),
    sealingKeys: `k1:${randomBytes(32).toString('base64')}`,
  };
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeOnce(path, `${JSON.stringify(generated, null, 2)}\n`);
    return readStored(path);
  } catch (error) {
    throw new EnvironmentError([`DATA_DIR cannot be used: ${(error as Error).message}`]);
  }
}

/** `wx` never overwrites: of two first starts one generates and both read the same file. */
function writeOnce(path: string, content: string): void {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function readStored(path: string): StoredSecrets {
  const stored = JSON.parse(readFileSync(path, 'utf8')) as Partial<StoredSecrets>;
  const { jwtSecret, sealingKeys } = stored;
  if (typeof jwtSecret !== 'string' || jwtSecret.length < 32 || typeof sealingKeys !== 'string') {
    // Never replaced silently: a new sealing key would make everything sealed so far unreadable.
    throw new Error(`${path} does not hold the secrets of this installation; restore it from a backup`);
  }
  return { jwtSecret, sealingKeys };
}
