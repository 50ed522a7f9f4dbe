import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { isEmail } from 'class-validator';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { EnvironmentError } from '../../config/environment.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { passwordProblem } from '../passwords/password-policy.js';
import { DEFAULT_EMAIL_PREFERENCES } from './account-defaults.js';
import { normaliseEmail } from './email-address.js';
import { RootAdmins } from './root-admins.js';

/** The first admin of an installation: from the environment, or promoted at the command line. */
@Injectable()
export class AdminAccount implements OnApplicationBootstrap {
  constructor(
    private readonly prisma: PrismaService,
    private readonly hasher: PasswordHasher,
    private readonly rootAdmins: RootAdmins,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { ADMIN_EMAIL, ADMIN_PASSWORD } = this.config.env;
    if (ADMIN_EMAIL !== undefined && ADMIN_PASSWORD !== undefined) await this.ensure(ADMIN_EMAIL, ADMIN_PASSWORD);
  }

  /**
   * Makes an existing account superuser (or gives it another role).
   * @throws PanelError 404 for an unknown address, 409 when the last superuser would lose his role.
   */
  async promote(email: string, role = 'rootAdmin'): Promise<void> {
    const where = { email: normaliseEmail(email) };
    const userId = await this.prisma.$transaction(async (tx) => {
      const user = await tx.user.findUnique({ where, select: { id: true } });
      if (user === null) throw notFound(`There is no account ${where.email}`, 'users.not_found');
      await this.rootAdmins.assertOneRemains(tx, user.id, role);
      await tx.user.update({ where: { id: user.id }, data: { role }, select: { id: true } });
      await this.audit.record(
        { userId: null, action: 'role-promoted', targetType: 'user', targetId: user.id, metadata: { role } },
        tx,
      );
      return user.id;
    });
    this.bus.publish('user.changed', { userId });
  }

  /**
   * Makes an account at the command line, with a password of its own that nobody chose.
   * @returns the password: it is kept nowhere else.
   * @throws PanelError 409 for an address that has an account.
   */
  async create(address: string, role: string | null): Promise<string> {
    const email = normaliseEmail(address);
    // The rules of passwords ask for each kind of character.
    const password = `${randomBytes(18).toString('base64url')}-Aa1`;
    const passwordHash = await this.hasher.hash(password);
    const settings = { emailPreferences: { ...DEFAULT_EMAIL_PREFERENCES } };
    const data = { email, passwordHash, firstName: 'New', lastName: 'User', role, emailVerified: true, settings };
    try {
      await this.prisma.$transaction(async (tx) => {
        const { id } = await tx.user.create({ data, select: { id: true } });
        const target = { targetType: 'user', targetId: id, metadata: { role } } as const;
        await this.audit.record({ userId: null, action: 'user:create', ...target }, tx);
      });
      return password;
    } catch (error) {
      throw isUniqueViolation(error) ? conflict(`There is an account ${email}`, 'users.email_taken') : error;
    }
  }

  /** An account that exists is left as it is: the variables may stay in the environment. */
  private async ensure(address: string, password: string): Promise<void> {
    const email = normaliseEmail(address);
    if ((await this.prisma.user.count({ where: { email } })) > 0) return;
    const problem = isEmail(email) ? passwordProblem(password) : 'ADMIN_EMAIL must be an e-mail address';
    if (problem !== undefined)
      throw new EnvironmentError([`ADMIN_EMAIL and ADMIN_PASSWORD make no account: ${problem}`]);
    const passwordHash = await this.hasher.hash(password);
    const settings = { emailPreferences: { ...DEFAULT_EMAIL_PREFERENCES } };
    const data = {
      email,
      passwordHash,
      firstName: 'Root',
      lastName: 'Admin',
      role: 'rootAdmin',
      emailVerified: true,
      settings,
    };
    try {
      await this.prisma.user.create({ data, select: { id: true } });
      logger.info({ email }, 'admin account created');
    } catch (error) {
      // Another replica that starts at the same time was quicker.
      if (!isUniqueViolation(error)) throw error;
    }
  }
}
