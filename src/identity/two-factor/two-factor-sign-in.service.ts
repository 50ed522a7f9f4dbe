import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest } from '../../common/errors/panel-error.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { Identities } from '../principals/identities.js';
import type { LoginResponse } from '../sign-in/dto/sign-in.dto.js';
import { LoginChallenges } from '../sign-in/login-challenges.js';
import type { LoginChallenge } from '../sign-in/login-challenges.js';
import { SignIn } from '../sign-in/sign-in.service.js';
import type { SignInClient } from '../sign-in/sign-in.service.js';
import type { VerifyLoginDto } from './dto/two-factor-sign-in.dto.js';
import { EmailCodes } from './email-codes.js';
import { SecondFactorLockout } from './second-factor-lockout.js';
import type { FactorKind } from './second-factor-lockout.js';
import { SecondFactors } from './second-factors.js';
import { typed } from './typed-code.js';

interface GivenFactor {
  readonly kind: FactorKind;
  readonly code: string;
}

/** Which factor is wrong; or, when all are right, the generation of the account's sessions. */
type Proof =
  | { readonly wrong: FactorKind; readonly generation?: undefined }
  | { readonly generation: number; readonly wrong?: undefined };

const REFUSALS: Readonly<Record<FactorKind, string>> = {
  totp: 'Invalid token',
  email: 'Invalid email code',
  backup: 'Invalid backup code',
};

/** The second half of a sign-in: the session opens when the second factor is right. */
@Injectable()
export class TwoFactorSignIn {
  constructor(
    private readonly prisma: PrismaService,
    private readonly challenges: LoginChallenges,
    private readonly factors: SecondFactors,
    private readonly emailCodes: EmailCodes,
    private readonly lockout: SecondFactorLockout,
    private readonly signIn: SignIn,
    private readonly identities: Identities,
    private readonly audit: AuditLog,
  ) {}

  /** @throws PanelError 400 for a pending token that is not good, 429 for too many mails. */
  async sendCode(tempToken: string): Promise<SuccessResponse> {
    await this.emailCodes.send(await this.challenges.find(tempToken));
    return SUCCESS;
  }

  /** @throws PanelError 400 for a pending token or a code that is not good, 429 after too many wrong ones. */
  async verify(body: VerifyLoginDto, client: SignInClient): Promise<LoginResponse> {
    const challenge = await this.challenges.find(body.tempToken);
    const given = givenFactors(body);
    const [first] = given;
    if (first === undefined) throw badRequest('2FA code required', 'auth.second_factor_missing');
    const { userId } = challenge;
    for (const { kind } of given) await this.lockout.begin(userId, kind);
    const { wrong, generation } = await this.prisma.$transaction((tx) => this.prove(tx, challenge, given, client.ip));
    if (wrong !== undefined) throw badRequest(REFUSALS[wrong], 'auth.second_factor_invalid');
    for (const { kind } of given) await this.lockout.succeeded(userId, kind);
    const { account } = await this.identities.account(userId);
    return this.signIn.complete({ account, generation }, first.kind, client, 'login_2fa');
  }

  /**
   * Uses the codes up and ends the challenge, or tells which code is wrong. Whoever comes second with the same
   * challenge finds it gone, before a code of his is touched.
   */
  private async prove(
    tx: Queryable,
    challenge: LoginChallenge,
    given: readonly GivenFactor[],
    ipAddress: string,
  ): Promise<Proof> {
    await this.factors.hold(tx, challenge.userId);
    await this.challenges.assertLive(tx, challenge);
    for (const factor of given) {
      if (await this.use(tx, challenge, factor)) continue;
      const { kind } = factor;
      const entry = { userId: challenge.userId, action: 'login_failed', ipAddress, metadata: { factor: kind } };
      await this.audit.record(entry, tx);
      return { wrong: kind };
    }
    return { generation: await this.challenges.take(tx, challenge) };
  }

  private use(tx: Queryable, challenge: LoginChallenge, { kind, code }: GivenFactor): Promise<boolean> {
    switch (kind) {
      case 'totp':
        return this.factors.useTotp(tx, challenge.userId, code);
      case 'email':
        return this.emailCodes.check(tx, challenge, code);
      case 'backup':
        return this.factors.useBackupCode(tx, challenge.userId, code);
    }
  }
}

/** All that were sent must be right. The backup code comes last: a wrong one of the others must not cost it. */
function givenFactors({ token, code, emailCode, backupCode }: VerifyLoginDto): GivenFactor[] {
  const all: readonly [FactorKind, string | undefined][] = [
    ['totp', token ?? code],
    ['email', emailCode],
    ['backup', backupCode],
  ];
  return all.flatMap(([kind, text]) => {
    const value = typed(text ?? '');
    return value === '' ? [] : [{ kind, code: value }];
  });
}
