import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import type { AuditEntry } from '../../common/audit/audit-log.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import type { MailLocale } from '../../common/mail/mail-templates.js';
import { Mailer } from '../../common/mail/mailer.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { isWanted, preferenceOf } from './notification-preferences.js';
import type { Preference } from './notification-preferences.js';

/** What a mail tells of an entry. */
export interface Noticeable {
  readonly userId: number | null;
  readonly action: string;
  readonly targetType?: string | null;
  readonly targetId?: string | number | null;
  readonly ipAddress?: string | null;
}

const SERVER = { en: 'Activity on your server', ru: 'События на вашем сервере' };
const TITLES: Record<Preference, Record<MailLocale, string>> = {
  serverActivity: SERVER,
  serverErrors: { en: 'Something went wrong', ru: 'Произошла ошибка' },
  serverLifecycle: SERVER,
  billing: { en: 'Billing activity', ru: 'Платежи и счета' },
  security: { en: 'Security of your account', ru: 'Безопасность учётной записи' },
  productUpdates: { en: 'News about your account', ru: 'Новости учётной записи' },
  tickets: { en: 'Your support request', ru: 'Ваше обращение в поддержку' },
  aiUsage: { en: 'AI usage', ru: 'Использование ИИ' },
};

/**
 * Entries of the activity log of which their owner may want to hear by mail. Only for what has no mail of its own:
 * changes of passwords, addresses and the like are told always, by the service that makes them.
 */
@Injectable()
export class ActivityNotices {
  constructor(
    private readonly audit: AuditLog,
    private readonly mailer: Mailer,
  ) {}

  /** Writes the entry, and the mail where its owner wants one, in the caller's transaction. */
  async record(entry: AuditEntry, tx: Queryable): Promise<void> {
    await this.audit.record(entry, tx);
    await this.tell(entry, tx);
  }

  /** The mail alone, for an entry that is written already. Goes only to an address that was confirmed. */
  async tell({ userId, action, targetType, targetId, ipAddress }: Noticeable, tx: Queryable): Promise<void> {
    const preference = preferenceOf(action);
    if (userId === null || preference === undefined) return;
    const where = { id: userId, emailVerified: true, deletedAt: null };
    const user = await tx.user.findFirst({ where, select: { email: true, settings: true } });
    if (user === null || !isWanted(user.settings, preference)) return;
    const locale = mailLocaleOf(user.settings);
    const title = TITLES[preference][locale];
    const message = [action, targetType, targetId].filter((part) => part !== undefined && part !== null).join(' · ');
    const details = [new Date().toISOString(), ipAddress].filter(Boolean).join(' · ');
    await this.mailer.enqueue(tx, { userId, email: user.email, locale }, 'notification', { title, message, details });
  }
}
