import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { digest } from '../../common/crypto/digest.js';
import { badRequest, PanelError } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { Prisma } from '../../generated/prisma/client.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import { Challenges } from '../challenges/challenges.service.js';
import { GitHub, GitHubFailed } from '../github/github.service.js';
import { BrowserBinding } from '../sign-in/browser-binding.js';
import type { SignInClient } from '../sign-in/sign-in.service.js';
import type { UserLimits } from '../users/user-limits.js';
import type { StudentCallbackQuery } from './dto/student-verification.dto.js';
import { EDUCATION_LIMITS, larger, studentQuota } from './education-limits.js';

const LIFETIME_SECONDS = 600;
const COOKIE = 'student_verification';

const invalidState = () => badRequest('Invalid or expired state', 'student.state_invalid');

/** Proves by GitHub Education that an account belongs to a student. It is no way to sign in. */
@Injectable()
export class StudentVerification {
  constructor(
    private readonly github: GitHub,
    private readonly challenges: Challenges,
    private readonly binding: BrowserBinding,
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  /** @throws PanelError 503 when the operator has not set GitHub up. */
  async start({ userId }: UserPrincipal, { response }: SignInClient): Promise<string> {
    if (!this.github.isConfigured) throw notConfigured('GitHub client id not configured');
    const state = randomBytes(16).toString('hex');
    const browser = this.binding.bind(COOKIE, response, LIFETIME_SECONDS);
    const lifetimeSeconds = LIFETIME_SECONDS;
    await this.challenges.issueOnly('student_verification', state, { userId, lifetimeSeconds, payload: { browser } });
    return this.github.authorizationUrl({ state, redirectUri: this.redirectUri });
  }

  /**
   * @returns where the browser goes on; `studentVerified` says whether GitHub knows a student.
   * @throws PanelError 400 for a state that is not this browser's, or a code that GitHub does not take.
   */
  async finish({ code, state }: StudentCallbackQuery, client: SignInClient): Promise<string> {
    if (!this.github.isConfigured) throw notConfigured('GitHub OAuth not configured');
    // Used up first: it is good for one answer, whatever GitHub says.
    const taken = await this.challenges.take<{ browser: string }>('student_verification', state);
    const userId = taken?.userId ?? undefined;
    if (taken === undefined || userId === undefined) throw invalidState();
    if (!this.binding.isBound(COOKIE, client, taken.payload.browser)) throw invalidState();
    const token = await this.github.exchange(code, this.redirectUri).catch((error: unknown) => {
      throw badRequest('Failed to obtain access token', 'student.code_refused', { cause: error });
    });
    const proof = await this.proofOf(token);
    const isVerified = proof !== undefined && (await this.mark(userId, proof, client.ip));
    return `${this.config.frontendUrl}/dashboard/identity?studentVerified=${isVerified ? 1 : 0}`;
  }

  private get redirectUri(): string {
    return `${this.config.panelUrl}/api/auth/github/callback`;
  }

  /** Which GitHub account proves it; undefined when it is no student's, or GitHub does not answer. */
  private async proofOf(token: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      if (!(await this.github.isStudent(token))) return undefined;
      return digest(`github:${(await this.github.user(token)).id}`);
    } catch (error) {
      if (!(error instanceof GitHubFailed)) throw error;
      logger.warn({ reason: error.message }, 'student verification failed');
      return undefined;
    }
  }

  /** False when that GitHub account has proved another account here, or this one is suspended. */
  private async mark(userId: number, studentProof: Uint8Array<ArrayBuffer>, ip: string): Promise<boolean> {
    try {
      const isMarked = await this.prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
        const select = { portalType: true, limits: true, educationLimits: true, studentVerified: true } as const;
        const user = await tx.user.findFirst({ where: { id: userId, suspended: false }, select });
        if (user === null) return false;
        const data = { ...toStudent(user), studentVerified: true, studentVerifiedAt: new Date(), studentProof };
        await tx.user.update({ where: { id: userId }, data, select: { id: true } });
        const entry = { action: 'student-verified', targetType: 'user', targetId: userId, ipAddress: ip } as const;
        await this.audit.record({ userId, ...entry }, tx);
        return true;
      });
      this.bus.publish('user.changed', { userId });
      return isMarked;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }
}

interface Portal {
  readonly portalType: string;
  readonly limits: Prisma.JsonValue;
  readonly educationLimits: Prisma.JsonValue;
  readonly studentVerified: boolean;
}

/** A paid or enterprise account stays what it is; a free one becomes educational, and no quota gets smaller. */
function toStudent({ portalType, limits, educationLimits, studentVerified }: Portal) {
  const current = limits as UserLimits | null;
  const earned = larger((educationLimits as UserLimits | null) ?? {}, current ?? {});
  const education = larger(earned, EDUCATION_LIMITS);
  if (portalType === 'paid' || portalType === 'enterprise') return { educationLimits: education };
  const quota = studentQuota(current, education) ?? Prisma.DbNull;
  const before = studentVerified ? {} : { limitsBeforeStudent: current ?? Prisma.DbNull };
  return { educationLimits: education, portalType: 'educational' as const, limits: quota, ...before };
}

const notConfigured = (text: string) => new PanelError(503, 'student.not_configured', text);
