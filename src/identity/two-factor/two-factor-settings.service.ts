import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { Sessions } from '../sessions/sessions.service.js';
import type { EndedSessions } from '../sessions/sessions.service.js';
import type {
  EnableTwoFactorDto,
  RecoveryCodesResponse,
  TwoFactorSetupResponse,
} from './dto/two-factor-settings.dto.js';
import { PendingSeeds } from './pending-seeds.js';
import { SecondFactorLockout } from './second-factor-lockout.js';
import { notOn, SecondFactors } from './second-factors.js';
import { TwoFactorMails } from './two-factor-mails.js';
import { otpauthUrl, stepOf } from './totp.js';
import { typed } from './typed-code.js';

const invalid = (code = 'two_factor.code_invalid') => badRequest('Invalid token', code);

/** People turn their own second factor on and off. Each change ends their other sessions. */
@Injectable()
export class TwoFactorSettings {
  constructor(
    private readonly prisma: PrismaService,
    private readonly factors: SecondFactors,
    private readonly pending: PendingSeeds,
    private readonly lockout: SecondFactorLockout,
    private readonly sessions: Sessions,
    private readonly mails: TwoFactorMails,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  /** A seed for the session to prove; the same again for 15 minutes, so that a page may be loaded twice. */
  async setUp(caller: UserPrincipal): Promise<TwoFactorSetupResponse> {
    const secret = await this.pending.of(caller);
    return { secret, otpauth_url: otpauthUrl(secret, this.config.env.BRAND_NAME, caller.account.email) };
  }

  /**
   * Turns it on, or goes over to a new seed when a current code is sent too.
   * @throws PanelError 400 for a wrong code or a seed that is not the pending one, 409 when it is on already.
   */
  async enable(caller: UserPrincipal, body: EnableTwoFactorDto, ip: string): Promise<RecoveryCodesResponse> {
    const { userId } = caller;
    const current = typed(body.currentToken ?? '');
    const { result: recoveryCodes } = await this.change(caller, current, async (tx) => {
      const step = await this.provePending(tx, caller, body);
      await this.assertReplaceable(tx, userId, current);
      const ended = await this.sessions.endAll(tx, userId, caller.sessionId);
      if (!(await this.pending.take(tx, caller))) throw invalid('two_factor.setup_over');
      const result = await this.factors.turnOn(tx, userId, body.secret, step);
      await this.record(tx, caller, '2fa-enabled', ip);
      await this.mails.send(tx, userId, 'two-factor-enabled');
      return { result, ended };
    });
    return { recoveryCodes };
  }

  /** @throws PanelError 400 for a wrong code, 409 when it is not on. */
  async disable(caller: UserPrincipal, token: string, ip: string): Promise<SuccessResponse> {
    const { userId } = caller;
    const code = typed(token);
    await this.change(caller, code, async (tx) => {
      await this.proveCurrent(tx, userId, code);
      const ended = await this.sessions.endAll(tx, userId, caller.sessionId);
      await this.factors.turnOff(tx, userId);
      await this.record(tx, caller, '2fa-disabled', ip);
      await this.mails.send(tx, userId, 'two-factor-disabled');
      return { result: undefined, ended };
    });
    return SUCCESS;
  }

  /** Ten new backup codes; the old ones are of no use any more. @throws PanelError as `disable` does. */
  async replaceBackupCodes(caller: UserPrincipal, token: string, ip: string): Promise<RecoveryCodesResponse> {
    const { userId } = caller;
    const code = typed(token);
    const { result: recoveryCodes } = await this.change(caller, code, async (tx) => {
      await this.proveCurrent(tx, userId, code);
      const result = await this.factors.replaceBackupCodes(tx, userId);
      await this.record(tx, caller, '2fa-recovery-codes', ip);
      return { result };
    });
    return { recoveryCodes };
  }

  /** Counts the guess, changes in one transaction that holds the account, and tells everybody afterwards. */
  private async change<Result>(
    { userId }: UserPrincipal,
    code: string,
    work: (tx: Queryable) => Promise<{ result: Result; ended?: EndedSessions }>,
  ): Promise<{ result: Result }> {
    const kind = kindOf(code);
    if (code !== '') await this.lockout.begin(userId, kind);
    const { result, ended } = await this.prisma.$transaction(async (tx) => {
      await this.factors.hold(tx, userId);
      return work(tx);
    });
    if (code !== '') await this.lockout.succeeded(userId, kind);
    if (ended !== undefined) this.sessions.announce(ended);
    this.bus.publish('user.changed', { userId });
    return { result };
  }

  private async provePending(tx: Queryable, caller: UserPrincipal, { secret, token }: EnableTwoFactorDto) {
    if ((await this.pending.find(tx, caller)) !== secret) throw invalid('two_factor.setup_over');
    const step = stepOf(secret, typed(token));
    if (step === undefined) throw invalid();
    return step;
  }

  private async assertReplaceable(tx: Queryable, userId: number, current: string): Promise<void> {
    if (!(await this.factors.isOn(tx, userId))) return;
    if (current === '') {
      const text = 'Two-factor sign-in is on already. Send a current code in currentToken to replace it.';
      throw conflict(text, 'two_factor.on');
    }
    await this.proveCurrent(tx, userId, current);
  }

  private async proveCurrent(tx: Queryable, userId: number, code: string): Promise<void> {
    if (!(await this.factors.isOn(tx, userId))) throw notOn();
    const isRight =
      kindOf(code) === 'totp'
        ? await this.factors.useTotp(tx, userId, code)
        : await this.factors.useBackupCode(tx, userId, code);
    if (!isRight) throw invalid();
  }

  private record(tx: Queryable, { userId }: UserPrincipal, action: string, ipAddress: string): Promise<void> {
    return this.audit.record({ userId, action, targetType: 'user', targetId: userId, ipAddress }, tx);
  }
}

/** Six digits are of the app; everything else is tried as a backup code. */
const kindOf = (code: string): 'totp' | 'backup' => (/^\d{6}$/.test(code) ? 'totp' : 'backup');
