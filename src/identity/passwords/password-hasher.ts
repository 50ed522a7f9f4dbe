import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { unavailable } from '../../common/errors/panel-error.js';
import { Config } from '../../config/config.js';
import { WorkQueue } from '../../common/work/work-queue.js';

/** Waiting for longer than this many hashes the client has long given up. */
const QUEUE_PER_WORKER = 50;
const DUMMY_PASSWORD = 'nobody has this password';

/**
 * Argon2id with the configured cost; bcrypt hashes of other panels are understood too. Hashes are computed a few at a time (each takes a core and much memory); beyond a
 * bounded queue the answer is 503, so that a flood of logins cannot take the whole panel down.
 */
@Injectable()
export class PasswordHasher implements OnApplicationBootstrap {
  /** Passwords compared with a hash since the start, dummy comparisons included. */
  comparisons = 0;
  private readonly queue: WorkQueue;
  private readonly options: { memoryCost: number; timeCost: number; parallelism: number };
  private dummy?: Promise<string>;

  constructor(config: Config) {
    const { ARGON2_CONCURRENCY, ARGON2_MEMORY_KIB, ARGON2_ITERATIONS } = config.env;
    this.options = { memoryCost: ARGON2_MEMORY_KIB, timeCost: ARGON2_ITERATIONS, parallelism: 1 };
    this.queue = new WorkQueue(ARGON2_CONCURRENCY, ARGON2_CONCURRENCY * QUEUE_PER_WORKER, () =>
      unavailable('Too many sign-ins at the moment. Try again.', 'auth.busy', 2),
    );
  }

  /** Made before the first sign-in: the first unknown address must not cost more than the others. */
  async onApplicationBootstrap(): Promise<void> {
    await (this.dummy ??= this.hash(DUMMY_PASSWORD));
  }

  hash(password: string): Promise<string> {
    return this.queue.run(() => hash(password, this.options));
  }

  /**
   * Whether the password is the one that was hashed. Without a hash (an unknown account) the same work is done, and
   * the answer is no.
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const known = passwordHash !== undefined && isArgon2(passwordHash);
    const compared = known ? passwordHash : await (this.dummy ??= this.hash(DUMMY_PASSWORD));
    const isLegacy = passwordHash !== undefined && isBcrypt(passwordHash);
    this.comparisons += 1;
    // Beside the older form the usual work is done too: otherwise the time would tell which accounts have one.
    const [matches, matchesLegacy] = await this.queue.run(() =>
      Promise.all([verify(compared, password), isLegacy && verifyBcrypt(password, asUsualForm(passwordHash))]),
    );
    return known ? matches : matchesLegacy;
  }

  /** Whether the hash was made with another cost than the configured one. */
  isOutdated(passwordHash: string): boolean {
    if (!isArgon2(passwordHash)) return true;
    const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
    const wanted = this.options;
    return memoryCost !== wanted.memoryCost || timeCost !== wanted.timeCost || parallelism !== wanted.parallelism;
  }
}

const isArgon2 = (passwordHash: string): boolean => passwordHash.startsWith('$argon2id$');

/** Of a cost that a sign-in can wait for: one of 31 would hold a thread for days. */
const isBcrypt = (passwordHash: string): boolean => /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/.test(passwordHash);

/** PHP's name for the form that everybody else calls `2b`. */
const asUsualForm = (passwordHash: string): string => passwordHash.replace(/^\$2y/, '$2b');
