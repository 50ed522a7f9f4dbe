import { accountMails } from './account-mails.js';
import type { AccountMailVariables } from './account-mails.js';

/** What a mail says, before it is wrapped in the layout. */
export interface MailContent {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly action?: { readonly label: string; readonly url: string };
}

/** Variables that every template of the catalogue takes. */
export interface MailVariables extends AccountMailVariables {
  'verify-email': { name: string; url: string; code: string };
  'password-reset': { name: string; url: string };
  'password-changed': { name: string; url: string };
  'server-installed': { name: string; serverName: string; url: string };
  'subuser-invite': { name: string; serverName: string; inviter: string; url: string };
  'server-suspended': { name: string; serverName: string; reason: string; url: string };
  'server-unsuspended': { name: string; serverName: string; url: string };
}

export type MailTemplate = keyof MailVariables;

export type MailLocale = 'en' | 'ru';

type Catalogue = { readonly [Name in MailTemplate]: (variables: MailVariables[Name]) => MailContent };

const en: Catalogue = {
  ...accountMails.en,
  'verify-email': ({ name, url, code }) => ({
    subject: 'Confirm your e-mail address',
    greeting: `Hello ${name},`,
    paragraphs: [
      'please confirm that this address is yours.',
      `Or enter this code where you are asked for it: ${code}`,
      'If you did not register, ignore this mail.',
    ],
    action: { label: 'Confirm address', url },
  }),
  'password-reset': ({ name, url }) => ({
    subject: 'Reset your password',
    greeting: `Hello ${name},`,
    paragraphs: [
      'somebody asked to reset the password of your account. The link works once, for one hour.',
      'If that was not you, ignore this mail: nothing changes.',
    ],
    action: { label: 'Choose a new password', url },
  }),
  'password-changed': ({ name, url }) => ({
    subject: 'Your password was changed',
    greeting: `Hello ${name},`,
    paragraphs: [
      'the password of your account was changed, and other browsers were signed out.',
      'If that was not you, reset your password at once.',
    ],
    action: { label: 'Reset password', url },
  }),
  'server-installed': ({ name, serverName, url }) => ({
    subject: `${serverName} is ready`,
    greeting: `Hello ${name},`,
    paragraphs: [`your server ${serverName} is installed and can be started.`],
    action: { label: 'Open the server', url },
  }),
  'subuser-invite': ({ name, serverName, inviter, url }) => ({
    subject: `Access to ${serverName}`,
    greeting: `Hello ${name},`,
    paragraphs: [`${inviter} invites you to help with the server ${serverName}.`],
    action: { label: 'See the invitation', url },
  }),
  'server-suspended': ({ name, serverName, reason, url }) => ({
    subject: `${serverName} was suspended`,
    greeting: `Hello ${name},`,
    paragraphs: [`your server ${serverName} was stopped and suspended.`, reason],
    action: { label: 'Open the server', url },
  }),
  'server-unsuspended': ({ name, serverName, url }) => ({
    subject: `${serverName} is available again`,
    greeting: `Hello ${name},`,
    paragraphs: [`your server ${serverName} is not suspended any more and can be started.`],
    action: { label: 'Open the server', url },
  }),
};

const ru: Catalogue = {
  ...accountMails.ru,
  'verify-email': ({ name, url, code }) => ({
    subject: 'Подтвердите адрес электронной почты',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      'Подтвердите, что этот адрес принадлежит вам.',
      `Или введите этот код там, где его попросят: ${code}`,
      'Если вы не регистрировались, не обращайте внимания на это письмо.',
    ],
    action: { label: 'Подтвердить адрес', url },
  }),
  'password-reset': ({ name, url }) => ({
    subject: 'Сброс пароля',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      'Кто-то запросил сброс пароля вашей учётной записи. Ссылка действует один раз, в течение часа.',
      'Если это были не вы, не обращайте внимания на это письмо: ничего не изменится.',
    ],
    action: { label: 'Выбрать новый пароль', url },
  }),
  'password-changed': ({ name, url }) => ({
    subject: 'Ваш пароль изменён',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      'Пароль вашей учётной записи изменён, в других браузерах выполнен выход.',
      'Если это были не вы, немедленно сбросьте пароль.',
    ],
    action: { label: 'Сбросить пароль', url },
  }),
  'server-installed': ({ name, serverName, url }) => ({
    subject: `Сервер ${serverName} готов`,
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [`Ваш сервер ${serverName} установлен, его можно запускать.`],
    action: { label: 'Открыть сервер', url },
  }),
  'subuser-invite': ({ name, serverName, inviter, url }) => ({
    subject: `Доступ к ${serverName}`,
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [`${inviter} приглашает вас помогать с сервером ${serverName}.`],
    action: { label: 'Посмотреть приглашение', url },
  }),
  'server-suspended': ({ name, serverName, reason, url }) => ({
    subject: `Сервер ${serverName} заблокирован`,
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [`Ваш сервер ${serverName} остановлен и заблокирован.`, reason],
    action: { label: 'Открыть сервер', url },
  }),
  'server-unsuspended': ({ name, serverName, url }) => ({
    subject: `Сервер ${serverName} снова доступен`,
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [`Ваш сервер ${serverName} разблокирован, его можно запускать.`],
    action: { label: 'Открыть сервер', url },
  }),
};

const catalogues: Record<MailLocale, Catalogue> = { en, ru };

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Renders a template as text and as HTML; values are escaped in the HTML. */
export function renderMail<Name extends MailTemplate>(
  template: Name,
  variables: MailVariables[Name],
  options: { locale: MailLocale; brand: string },
): RenderedMail {
  const { subject, greeting, paragraphs, action } = catalogues[options.locale][template](variables);
  const lines = [greeting, ...paragraphs, ...(action ? [action.url] : []), `-- \n${options.brand}`];
  const button = action
    ? `<p><a href="${escapeHtml(action.url)}" style="display:inline-block;padding:10px 18px;background:#4f46e5;color:#fff;border-radius:6px;text-decoration:none">${escapeHtml(action.label)}</a></p>`
    : '';
  const body = [greeting, ...paragraphs].map((line) => `<p>${escapeHtml(line)}</p>`).join('');
  const html = `<!doctype html><html lang="${options.locale}"><body style="font-family:sans-serif">${body}${button}<p style="color:#666">${escapeHtml(options.brand)}</p></body></html>`;
  return { subject, text: lines.join('\n\n'), html };
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
