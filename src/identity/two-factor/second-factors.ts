import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Sealer } from '../../common/crypto/sealer.js';
import { conflict } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { CodeDigests } from './code-digests.js';
import { stepOf } from './totp.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

const BACKUP_CODES = 10;
const BACKUP_CODE_BYTES = 6;

export const notOn = (): PanelError => conflict('Two-factor sign-in is not on', 'two_factor.off');

/** Authenticated with a sealed seed: it opens for its own account only. */
export const seedPurpose = (userId: number): string => `totp-seed:${userId}`;

/**
 * What an account proves itself with after its first factor. Everything here runs in the caller's transaction, which
 * must hold the account (`hold`): whatever concerns one account's second factor takes turns there.
 */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly sealer: Sealer,
    private readonly digests: CodeDigests,
    erasure: AccountErasure,
  ) {
    erasure.register('two-factor', async (tx, userId) => {
      await this.turnOff(tx, userId);
    });
  }

  /** Locks the account's row until the transaction ends; always first, so that nobody waits for each other. */
  async hold(tx: Queryable, userId: number): Promise<void> {
    await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
  }

  async isOn(tx: Queryable, userId: number): Promise<boolean> {
    return (await tx.twoFactor.findUnique({ where: { userId }, select: { userId: true } })) !== null;
  }

  /** Whether the code of the authenticator is right; it and all earlier ones are used up then. */
  async useTotp(tx: Queryable, userId: number, code: string): Promise<boolean> {
    const factor = await tx.twoFactor.findUnique({ where: { userId }, select: { seedSealed: true } });
    if (factor === null) return false;
    const step = stepOf(this.sealer.open(factor.seedSealed, seedPurpose(userId)), code);
    if (step === undefined) return false;
    const where = { userId, seedSealed: factor.seedSealed, lastStep: { lt: step } };
    return (await tx.twoFactor.updateMany({ where, data: { lastStep: step } })).count === 1;
  }

  /** Whether the backup code is right; it is gone then. */
  async useBackupCode(tx: Queryable, userId: number, code: string): Promise<boolean> {
    const candidates = this.digests.candidates({ purpose: 'backup', userId, code });
    return (await tx.backupCode.deleteMany({ where: { userId, digest: { in: candidates } } })).count > 0;
  }

  /**
   * Turns two-factor sign-in on, or goes over to another seed. Both the backup codes and the old seed are replaced.
   * @param step of the code that proved the seed: it is used up.
   * @returns the new backup codes, which are shown once.
   */
  async turnOn(tx: Queryable, userId: number, seed: string, step: number): Promise<string[]> {
    const values = { seedSealed: this.sealer.seal(seed, seedPurpose(userId)), lastStep: step };
    const create = { userId, ...values };
    await tx.twoFactor.upsert({ where: { userId }, create, update: values, select: { userId: true } });
    return this.replaceBackupCodes(tx, userId);
  }

  /** False when it was not on. */
  async turnOff(tx: Queryable, userId: number): Promise<boolean> {
    return (await tx.twoFactor.deleteMany({ where: { userId } })).count === 1;
  }

  /** @returns the new codes: 12 hex digits each. */
  async replaceBackupCodes(tx: Queryable, userId: number): Promise<string[]> {
    const codes = Array.from({ length: BACKUP_CODES }, () => randomBytes(BACKUP_CODE_BYTES).toString('hex'));
    await tx.backupCode.deleteMany({ where: { userId } });
    const data = codes.map((code) => ({ userId, digest: this.digests.of({ purpose: 'backup', userId, code }) }));
    await tx.backupCode.createMany({ data });
    return codes;
  }
}
