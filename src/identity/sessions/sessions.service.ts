import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Config } from '../../config/config.js';
import type { AuthMethod } from '../../generated/prisma/enums.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import { Returns } from '../inactivity/returns.js';

/** Of each account this many sessions are kept; a new login ends the oldest beyond. */
export const MAXIMUM_SESSIONS = 20;

/** From where somebody signs in. */
export interface SessionClient {
  readonly ip: string;
  readonly userAgent?: string | undefined;
}

const details = { id: true, createdAt: true, lastSeenAt: true, ip: true, userAgent: true } as const;

/** Sessions that ended in a transaction; to be announced when it is committed. */
export interface EndedSessions {
  readonly userId: number;
  readonly sessionIds: string[];
}

/** The signed-in browsers of accounts. */
@Injectable()
export class Sessions implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly bus: EventBus,
    private readonly audit: AuditLog,
    private readonly config: Config,
    private readonly jobs: Jobs,
    private readonly erasure: AccountErasure,
    private readonly returns: Returns,
  ) {}

  onModuleInit(): void {
    this.erasure.register('sessions', async (tx, userId, afterCommit) => {
      const ended = await this.endAll(tx, userId);
      afterCommit(() => this.announce(ended));
    });
  }

  /**
   * Opens a session and returns its id. Newest 20 are kept: the oldest beyond end in the same transaction. A deletion that
   * was due because nobody used the account is called off.
   */
  async open(userId: number, method: AuthMethod, client: SessionClient, action: string): Promise<string> {
    const { sessionId, ended, isBack } = await this.prisma.$transaction(async (tx) => {
      // Locks the account: parallel logins take turns, so that each sees the sessions of those before it.
      const now = new Date();
      await tx.user.update({
        where: { id: userId },
        data: { lastLoginAt: now, lastPanelActivityAt: now },
        select: { id: true },
      });
      const { id } = await tx.session.create({ data: this.sessionOf(userId, method, client), select: { id: true } });
      await this.audit.record({ userId, action, targetType: 'session', targetId: id, ipAddress: client.ip }, tx);
      const isBack = await this.returns.apply(tx, userId, client.ip);
      return { sessionId: id, ended: await this.dropOldest(tx, userId, id), isBack };
    });
    if (isBack) this.bus.publish('user.changed', { userId });
    this.announce(ended);
    return sessionId;
  }

  /** Live sessions, newest first. */
  async list(userId: number) {
    return this.prisma.session.findMany({
      where: { userId, expiresAt: { gt: new Date() } },
      orderBy: { createdAt: 'desc' },
      select: details,
      take: 100,
    });
  }

  /** Ends one session; false when the account has no such session. */
  async revoke(userId: number, sessionId: string): Promise<boolean> {
    const { count } = await this.prisma.session.deleteMany({ where: { id: sessionId, userId } });
    this.announce({ userId, sessionIds: [sessionId] });
    return count > 0;
  }

  /** Ends all sessions of an account, except one when told so. */
  async revokeAll(userId: number, except?: string): Promise<void> {
    this.announce(await this.prisma.$transaction((tx) => this.endAll(tx, userId, except)));
  }

  /**
   * The same within a transaction; the result must be announced when that is committed. Sign-ins that wait for a second
   * factor end too, and what was opened on nodes with those sessions soon after.
   */
  async endAll(tx: Queryable, userId: number, except?: string): Promise<EndedSessions> {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      DELETE FROM "Session" WHERE "userId" = ${userId} AND "id"::text <> ${except ?? ''} RETURNING "id"::text AS "id"`;
    await tx.loginChallenge.deleteMany({ where: { userId } });
    await this.jobs.enqueue('account.cut_off', { userId }, { tx, singletonKey: String(userId) });
    return { userId, sessionIds: rows.map((row) => row.id) };
  }

  /** Makes every replica forget ended sessions at once. */
  announce(ended: EndedSessions): void {
    if (ended.sessionIds.length > 0) this.bus.publish('session.revoked', { ...ended });
  }

  private sessionOf(userId: number, method: AuthMethod, client: SessionClient) {
    const createdAt = new Date();
    return {
      userId,
      method,
      ip: client.ip.slice(0, 45),
      userAgent: client.userAgent?.slice(0, 255) ?? null,
      createdAt,
      lastSeenAt: createdAt,
      expiresAt: new Date(createdAt.getTime() + this.config.env.JWT_COOKIE_MAX_AGE * 1000),
    };
  }

  private async dropOldest(tx: Queryable, userId: number, own: string): Promise<EndedSessions> {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      DELETE FROM "Session" WHERE "userId" = ${userId} AND ("expiresAt" <= now() OR "id" IN (
        SELECT "id" FROM "Session" WHERE "userId" = ${userId} AND "id" <> ${own}::uuid
        ORDER BY "createdAt" DESC, "id" OFFSET ${MAXIMUM_SESSIONS - 1}
      )) RETURNING "id"::text AS "id"`;
    return { userId, sessionIds: rows.map((row) => row.id) };
  }
}
