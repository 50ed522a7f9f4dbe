import { describe, expect, it } from '@jest/globals';
import { renderMail } from './mail-templates.js';
import type { MailLocale, MailTemplate, MailVariables } from './mail-templates.js';

const hostile = '<img src=x onerror="alert(1)">&\'';
const variables: MailVariables = {
  'verify-email': { name: hostile, url: 'https://panel.example/v?a=1&b=2', code: '123456' },
  'password-reset': { name: hostile, url: 'https://panel.example/r' },
  'password-changed': { name: hostile, url: 'https://panel.example/p' },
  'two-factor-code': { name: hostile, code: '123456' },
  'two-factor-enabled': { name: hostile, url: 'https://panel.example/e' },
  'two-factor-disabled': { name: hostile, url: 'https://panel.example/d' },
  'two-factor-reset': { name: hostile, url: 'https://panel.example/t' },
  'passkey-added': { name: hostile, label: hostile, url: 'https://panel.example/k' },
  'passkey-removed': { name: hostile, label: hostile, url: 'https://panel.example/k' },
  'external-account-linked': { name: hostile, label: hostile, url: 'https://panel.example/e' },
  'external-account-unlinked': { name: hostile, label: hostile, url: 'https://panel.example/e' },
  'server-installed': { name: hostile, serverName: hostile, url: 'https://panel.example/s' },
  'server-suspended': { name: hostile, serverName: hostile, reason: hostile, url: 'https://panel.example/s' },
  'server-unsuspended': { name: hostile, serverName: hostile, url: 'https://panel.example/s' },
  'organisation-invite': {
    name: hostile,
    organisationName: hostile,
    inviter: hostile,
    url: 'https://panel.example/o',
  },
  'organisation-added': { name: hostile, organisationName: hostile, url: 'https://panel.example/o' },
  'email-restore': { name: hostile, url: 'https://panel.example/e', oldEmail: hostile, newEmail: hostile },
  'email-restored': { name: hostile, url: 'https://panel.example/e' },
  'deletion-requested': { name: hostile, url: 'https://panel.example/d' },
  'deletion-approved': { name: hostile, url: 'https://panel.example/d', date: new Date('2026-12-24T10:00:00Z') },
  'deletion-rejected': { name: hostile },
  'deletion-cancelled': { name: hostile },
  'deletion-deleted': { name: hostile },
  'sunset-policy': { name: hostile, url: 'https://panel.example/login', date: new Date('2026-12-24T10:00:00Z') },
  notification: { title: 'Title', message: hostile, details: hostile },
  'subuser-invite': { name: hostile, serverName: hostile, inviter: hostile, url: 'https://panel.example/i' },
  verification: { name: hostile, status: 'failed', url: 'https://panel.example/v' },
};
const templates = Object.keys(variables) as MailTemplate[];
const locales: MailLocale[] = ['en', 'ru'];
const all = templates.flatMap((template) => locales.map((locale): [MailTemplate, MailLocale] => [template, locale]));

const render = (template: MailTemplate, locale: MailLocale) =>
  renderMail(template, variables[template] as never, { locale, brand: 'A & B' });

describe('a mail', () => {
  it.each(all)('%s in %s escapes every value in its HTML', (template, locale) => {
    const { html } = render(template, locale);
    expect(html).not.toContain('<img');
    expect(html).not.toMatch(/&(?!#\d+;)/);
    expect(html).toContain('&#60;img');
  });

  it.each(all)('%s in %s holds its link in both forms, and the text is not escaped', (template, locale) => {
    const { text, html, subject } = render(template, locale);
    const url = (variables[template] as { url?: string }).url;
    expect(text).toContain(url ?? hostile);
    expect(html.includes('<a href="https://panel.example/')).toBe(url !== undefined);
    expect(text).toContain(hostile);
    expect(text).toContain('A & B');
    expect(subject).not.toBe('');
  });

  it.each(templates)('%s differs between the languages', (template) => {
    expect(render(template, 'ru').text).toMatch(/[а-я]{4}/i);
    expect(render(template, 'en').text).not.toMatch(/[а-я]/i);
  });
});
