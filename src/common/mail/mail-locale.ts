import type { MailLocale } from './mail-templates.js';

/** In which language an account wants its mails: its setting `locale`, else English. */
export function mailLocaleOf(settings: unknown): MailLocale {
  const locale = (settings as { locale?: unknown } | null)?.locale;
  return typeof locale === 'string' && locale.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}
