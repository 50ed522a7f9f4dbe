import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict, forbidden } from '../../common/errors/panel-error.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import { Captcha } from '../captcha/captcha.service.js';
import { EmailVerification } from '../email-verification/email-verification.service.js';
import { GEO_LEVELS } from '../geo-block/country-levels.js';
import { GeoBlock } from '../geo-block/geo-block.service.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { Identities } from '../principals/identities.js';
import { DEFAULT_EMAIL_PREFERENCES } from './account-defaults.js';
import type { RegisterDto } from './dto/register.dto.js';
import type { UserResultResponse } from './dto/user-response.dto.js';
import { isDisposable } from './email-address.js';
import { toSafeUser } from './user.mapper.js';

const taken = () => conflict('An account with that email address already exists.', 'users.email_taken');

/** Makes accounts for people who come by themselves. */
@Injectable()
export class Registration {
  constructor(
    private readonly prisma: PrismaService,
    private readonly hasher: PasswordHasher,
    private readonly verification: EmailVerification,
    private readonly identities: Identities,
    private readonly settings: PanelSettings,
    private readonly audit: AuditLog,
    private readonly captcha: Captcha,
    private readonly geoBlock: GeoBlock,
  ) {}

  /**
   * @throws PanelError 400 for a captcha that is not solved or a disposable address, 403 from a country that may not
   * register, 409 for a known address.
   */
  async register(body: RegisterDto, ip: string): Promise<UserResultResponse> {
    await this.captcha.assertSolved(body);
    if (this.settings.isFeatureEnabled('tempEmailFilter') && isDisposable(body.email)) {
      throw badRequest('Please use a permanent email address.', 'users.email_disposable');
    }
    const geoBlockLevel = this.geoBlock.levelOf(body.billingCountry);
    if (geoBlockLevel >= GEO_LEVELS.noRegistration) {
      const text = 'Registration is not allowed from your country under geo-block policy';
      throw forbidden(text, 'users.country_blocked');
    }
    // Only spares the hash; the unique index decides.
    if ((await this.prisma.user.count({ where: { email: body.email } })) > 0) throw taken();
    const userId = await this.create(body, await this.hasher.hash(body.password), ip);
    const { profile } = await this.identities.account(userId);
    return { success: true, user: toSafeUser(profile, geoBlockLevel) };
  }

  /** Account, verification mail and log entry exist together or not at all. */
  private async create(body: RegisterDto, passwordHash: string, ip: string): Promise<number> {
    const {
      password: _,
      captchaToken: _t,
      captchaAnswer: _a,
      invisibleCaptchaToken: _i,
      dateOfBirth,
      ...profile
    } = body;
    const settings = { emailPreferences: { ...DEFAULT_EMAIL_PREFERENCES } };
    const born = dateOfBirth === undefined ? null : new Date(`${dateOfBirth}T00:00:00Z`);
    try {
      return await this.prisma.$transaction(async (tx) => {
        const data = { ...profile, dateOfBirth: born, passwordHash, settings };
        const { id } = await tx.user.create({ data, select: { id: true } });
        await this.verification.start(tx, { userId: id, email: body.email, firstName: body.firstName, settings });
        await this.audit.record(
          { userId: id, action: 'register', targetType: 'user', targetId: id, ipAddress: ip },
          tx,
        );
        return id;
      });
    } catch (error) {
      throw isUniqueViolation(error) ? taken() : error;
    }
  }
}
