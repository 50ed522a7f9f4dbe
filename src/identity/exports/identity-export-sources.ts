import { Injectable } from '@nestjs/common';
import { Database } from '../../prisma/database.js';
import type { Statement } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { ExportSources, pagesOf, rowsOf } from '../../common/data-export/export-sources.js';

const PAGE = 500;

/** The time of every so manieth entry of an account, newest first. $1 account, $2 entries between two. */
const ACTIVITY_MARKS: Statement = {
  name: 'export_activity_marks',
  text: `
    SELECT DISTINCT "timestamp" FROM (
      SELECT "timestamp", row_number() OVER (ORDER BY "timestamp" DESC) AS "place"
      FROM "ActivityEntry" WHERE "userId" = $1::int
    ) AS placed WHERE "place" % $2::int = 0 ORDER BY "timestamp" DESC`,
};

/** $1 account, $2 after and $3 until this time. */
const ACTIVITY_BETWEEN: Statement = {
  name: 'export_activity_between',
  text: `
    SELECT "id"::float8 AS "id", "timestamp", "action", "targetType", "targetId", "metadata", "ipAddress", "isRead"
    FROM "ActivityEntry"
    WHERE "userId" = $1::int AND "timestamp" > $2::timestamptz AND "timestamp" <= $3::timestamptz
    ORDER BY "timestamp" DESC, "id" DESC`,
};

const PROFILE = {
  id: true,
  uuid: true,
  email: true,
  emailVerified: true,
  idVerified: true,
  studentVerified: true,
  studentVerifiedAt: true,
  firstName: true,
  middleName: true,
  lastName: true,
  displayName: true,
  title: true,
  gender: true,
  phone: true,
  address: true,
  address2: true,
  billingCompany: true,
  billingCity: true,
  billingState: true,
  billingZip: true,
  billingCountry: true,
  dateOfBirth: true,
  avatarUrl: true,
  role: true,
  portalType: true,
  limits: true,
  settings: true,
  guideShown: true,
  suspended: true,
  supportBanned: true,
  supportBanReason: true,
  pendingDeletionUntil: true,
  lastLoginAt: true,
  lastPanelActivityAt: true,
  createdAt: true,
  updatedAt: true,
} as const;

const API_KEY = {
  id: true,
  name: true,
  type: true,
  permissions: true,
  allowedIps: true,
  servers: true,
  organisationId: true,
  lastFour: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
} as const;

const SESSION = {
  method: true,
  ip: true,
  userAgent: true,
  createdAt: true,
  lastSeenAt: true,
  expiresAt: true,
} as const;
const SSH_KEY = { id: true, name: true, publicKey: true, fingerprint: true, createdAt: true } as const;
const PASSKEY = { id: true, name: true, transports: true, createdAt: true, lastUsedAt: true } as const;
const EXTERNAL = { issuer: true, subject: true, email: true, createdAt: true, lastUsedAt: true } as const;
const VERIFICATION = { id: true, status: true, provider: true, createdAt: true, decidedAt: true } as const;
const NOTIFICATION = { id: true, type: true, title: true, body: true, url: true, read: true, createdAt: true } as const;
/** Without the texts: they hold links that open something. */
const MAIL = {
  id: true,
  toAddress: true,
  template: true,
  subject: true,
  status: true,
  createdAt: true,
  sentAt: true,
} as const;
const ROLE = { role: { select: { name: true, description: true, permissions: { select: { value: true } } } } } as const;

/** What identity keeps about an account. Columns are listed one by one: a new one is secret until somebody adds it. */
@Injectable()
export class IdentityExportSources {
  constructor(
    private readonly prisma: PrismaService,
    private readonly database: Database,
    sources: ExportSources,
  ) {
    sources.add({
      name: 'profile',
      rows: (id) => rowsOf(() => prisma.user.findMany({ where: { id }, select: PROFILE })),
    });
    sources.add({ name: 'sessions', rows: (userId) => rowsOf(() => this.sessions(userId)) });
    sources.add({ name: 'apiKeys', rows: (userId) => rowsOf(() => this.apiKeys(userId)) });
    sources.add({ name: 'sshKeys', rows: (userId) => rowsOf(() => this.sshKeys(userId)) });
    sources.add({ name: 'passkeys', rows: (userId) => rowsOf(() => this.passkeys(userId)) });
    sources.add({ name: 'externalAccounts', rows: (userId) => rowsOf(() => this.externalAccounts(userId)) });
    sources.add({ name: 'idVerifications', rows: (userId) => rowsOf(() => this.verifications(userId)) });
    sources.add({ name: 'roles', rows: (userId) => rowsOf(() => this.roles(userId)) });
    sources.add({ name: 'activity', rows: (userId) => this.activity(userId) });
    sources.add({ name: 'notifications', rows: (userId) => this.notifications(userId) });
    sources.add({ name: 'mails', rows: (userId) => this.mails(userId) });
  }

  private sessions(userId: number) {
    return this.prisma.session.findMany({ where: { userId }, select: SESSION, orderBy: { createdAt: 'asc' } });
  }

  private apiKeys(userId: number) {
    return this.prisma.apiKey.findMany({ where: { userId }, select: API_KEY, orderBy: { id: 'asc' } });
  }

  private sshKeys(userId: number) {
    return this.prisma.sshKey.findMany({ where: { userId }, select: SSH_KEY, orderBy: { id: 'asc' } });
  }

  private passkeys(userId: number) {
    return this.prisma.passkey.findMany({ where: { userId }, select: PASSKEY, orderBy: { id: 'asc' } });
  }

  private externalAccounts(userId: number) {
    return this.prisma.externalIdentity.findMany({ where: { userId }, select: EXTERNAL, orderBy: { id: 'asc' } });
  }

  private verifications(userId: number) {
    return this.prisma.idVerification.findMany({ where: { userId }, select: VERIFICATION, orderBy: { id: 'asc' } });
  }

  private async roles(userId: number) {
    const rows = await this.prisma.userRole.findMany({ where: { userId }, select: ROLE, orderBy: { id: 'asc' } });
    return rows.map(({ role: { name, description, permissions } }) => {
      return { name, description, permissions: permissions.map(({ value }) => value) };
    });
  }

  /**
   * Between marks that are set once: a statement that takes "the next 500" would make the database sort all the rest of
   * a long history for each page, whenever it guesses the history to be short.
   */
  private async *activity(userId: number): AsyncIterable<object> {
    const marks = await this.database.query<{ timestamp: Date }>(ACTIVITY_MARKS, [userId, PAGE]);
    let until: Date | string = 'infinity';
    for (const after of [...marks.map(({ timestamp }) => timestamp), '-infinity']) {
      yield* await this.database.query<object>(ACTIVITY_BETWEEN, [userId, after, until]);
      until = after;
    }
  }

  private notifications(userId: number): AsyncIterable<object> {
    return pagesOf<{ id: number }>(PAGE, (last) =>
      this.prisma.notification.findMany({
        where: { userId, ...(last && { id: { lt: last.id } }) },
        select: NOTIFICATION,
        orderBy: { id: 'desc' },
        take: PAGE,
      }),
    );
  }

  private mails(userId: number): AsyncIterable<object> {
    return pagesOf<{ id: number }>(PAGE, (last) =>
      this.prisma.outboundMail.findMany({
        where: { userId, ...(last && { id: { lt: last.id } }) },
        select: MAIL,
        orderBy: { id: 'desc' },
        take: PAGE,
      }),
    );
  }
}
