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
  'two-factor-code': { name: string; code: string };
  'two-factor-enabled': { name: string; url: string };
  'two-factor-disabled': { name: string; url: string };
  'two-factor-reset': { name: string; url: string };
  'passkey-added': { name: string; label: string; url: string };
  'passkey-removed': { name: string; label: string; url: string };
  'external-account-linked': { name: string; label: string; url: string };
  'external-account-unlinked': { name: string; label: string; url: string };
  'server-installed': { name: string; serverName: string; url: string };
  'subuser-invite': { name: string; serverName: string; inviter: string; url: string };
  'organisation-invite': { name: string; organisationName: string; inviter: string; url: string };
  'organisation-added': { name: string; organisationName: string; url: string };
  'server-suspended': { name: string; serverName: string; reason: string; url: string };
  'server-unsuspended': { name: string; serverName: string; url: string };
  verification: { name: string; status: 'verified' | 'failed'; url: string };
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
  'two-factor-code': ({ name, code }) => ({
    subject: 'Your sign-in code',
    greeting: `Hello ${name},`,
    paragraphs: [
      `your code to sign in is ${code}. It works once, for five minutes.`,
      'If you are not signing in, somebody knows your password: change it at once, and give this code to nobody.',
    ],
  }),
  'two-factor-enabled': ({ name, url }) => ({
    subject: 'Two-factor sign-in is on',
    greeting: `Hello ${name},`,
    paragraphs: [
      'your account now asks for a code of your authenticator app when you sign in. Other browsers were signed out.',
      'Keep the backup codes in a safe place.',
      'If that was not you, reset your password at once and write to us.',
    ],
    action: { label: 'Reset password', url },
  }),
  'two-factor-disabled': ({ name, url }) => ({
    subject: 'Two-factor sign-in is off',
    greeting: `Hello ${name},`,
    paragraphs: [
      'your password alone now opens your account. Other browsers were signed out.',
      'If that was not you, reset your password at once.',
    ],
    action: { label: 'Reset password', url },
  }),
  'two-factor-reset': ({ name, url }) => ({
    subject: 'Two-factor sign-in was reset',
    greeting: `Hello ${name},`,
    paragraphs: [
      'our staff turned off the two-factor sign-in of your account, and you were signed out everywhere. You can turn it on again in your settings.',
      'If you did not ask for that, reset your password at once and write to us.',
    ],
    action: { label: 'Reset password', url },
  }),
  'passkey-added': ({ name, label, url }) => ({
    subject: 'A passkey was added to your account',
    greeting: `Hello ${name},`,
    paragraphs: [
      `the passkey “${label}” can sign in to your account from now on.`,
      'If that was not you, delete it and change your password at once.',
    ],
    action: { label: 'Check your account', url },
  }),
  'passkey-removed': ({ name, label, url }) => ({
    subject: 'A passkey was removed from your account',
    greeting: `Hello ${name},`,
    paragraphs: [
      `the passkey “${label}” cannot sign in to your account any more.`,
      'If that was not you, change your password at once.',
    ],
    action: { label: 'Check your account', url },
  }),
  'external-account-linked': ({ name, label, url }) => ({
    subject: 'A sign-in was linked to your account',
    greeting: `Hello ${name},`,
    paragraphs: [
      `an account at ${label} can sign in to your account from now on.`,
      'If that was not you, unlink it and change your password at once.',
    ],
    action: { label: 'Check your account', url },
  }),
  'external-account-unlinked': ({ name, label, url }) => ({
    subject: 'A sign-in was unlinked from your account',
    greeting: `Hello ${name},`,
    paragraphs: [
      `the account at ${label} cannot sign in to your account any more.`,
      'If that was not you, change your password at once.',
    ],
    action: { label: 'Check your account', url },
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
  'organisation-invite': ({ name, organisationName, inviter, url }) => ({
    subject: `Invitation to join ${organisationName}`,
    greeting: `Hello ${name},`,
    paragraphs: [
      `${inviter} invites you to join the organisation ${organisationName}. The link works once, for seven days.`,
      'If you do not know what this is about, ignore this mail.',
    ],
    action: { label: 'See the invitation', url },
  }),
  'organisation-added': ({ name, organisationName, url }) => ({
    subject: `You are now a member of ${organisationName}`,
    greeting: `Hello ${name},`,
    paragraphs: [`you were added to the organisation ${organisationName}.`, 'You can leave it at any time.'],
    action: { label: 'Open the organisation', url },
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
  verification: ({ name, status, url }) => ({
    subject: status === 'verified' ? 'Your identity is verified' : 'Your identity could not be verified',
    greeting: `Hello ${name},`,
    paragraphs:
      status === 'verified'
        ? ['your documents were accepted: your identity is verified.']
        : ['your documents were not accepted. You can send others.'],
    action: { label: 'Open your account', url },
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
  'two-factor-code': ({ name, code }) => ({
    subject: 'Код для входа',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      `Ваш код для входа: ${code}. Он действует один раз, в течение пяти минут.`,
      'Если вы не входите в учётную запись, значит, кто-то знает ваш пароль: немедленно смените его и никому не сообщайте этот код.',
    ],
  }),
  'two-factor-enabled': ({ name, url }) => ({
    subject: 'Двухфакторный вход включён',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      'Теперь при входе в учётную запись требуется код из приложения-аутентификатора. В других браузерах выполнен выход.',
      'Храните резервные коды в надёжном месте.',
      'Если это были не вы, немедленно сбросьте пароль и напишите нам.',
    ],
    action: { label: 'Сбросить пароль', url },
  }),
  'two-factor-disabled': ({ name, url }) => ({
    subject: 'Двухфакторный вход выключен',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      'Теперь для входа в учётную запись достаточно пароля. В других браузерах выполнен выход.',
      'Если это были не вы, немедленно сбросьте пароль.',
    ],
    action: { label: 'Сбросить пароль', url },
  }),
  'two-factor-reset': ({ name, url }) => ({
    subject: 'Двухфакторный вход сброшен',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      'Сотрудник выключил двухфакторный вход для вашей учётной записи, везде выполнен выход. Его можно снова включить в настройках.',
      'Если вы об этом не просили, немедленно сбросьте пароль и напишите нам.',
    ],
    action: { label: 'Сбросить пароль', url },
  }),
  'passkey-added': ({ name, label, url }) => ({
    subject: 'К вашей учётной записи добавлен ключ доступа',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      `С ключом доступа «${label}» теперь можно войти в вашу учётную запись.`,
      'Если это были не вы, немедленно удалите его и смените пароль.',
    ],
    action: { label: 'Проверить учётную запись', url },
  }),
  'passkey-removed': ({ name, label, url }) => ({
    subject: 'Из вашей учётной записи удалён ключ доступа',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      `С ключом доступа «${label}» больше нельзя войти в вашу учётную запись.`,
      'Если это были не вы, немедленно смените пароль.',
    ],
    action: { label: 'Проверить учётную запись', url },
  }),
  'external-account-linked': ({ name, label, url }) => ({
    subject: 'К вашей учётной записи привязан внешний вход',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      `Через учётную запись ${label} теперь можно войти в вашу учётную запись.`,
      'Если это были не вы, немедленно отвяжите её и смените пароль.',
    ],
    action: { label: 'Проверить учётную запись', url },
  }),
  'external-account-unlinked': ({ name, label, url }) => ({
    subject: 'От вашей учётной записи отвязан внешний вход',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      `Через учётную запись ${label} больше нельзя войти в вашу учётную запись.`,
      'Если это были не вы, немедленно смените пароль.',
    ],
    action: { label: 'Проверить учётную запись', url },
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
  'organisation-invite': ({ name, organisationName, inviter, url }) => ({
    subject: `Приглашение в организацию ${organisationName}`,
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      `${inviter} приглашает вас в организацию ${organisationName}. Ссылка действует один раз, в течение семи дней.`,
      'Если вы не знаете, о чём речь, не обращайте внимания на это письмо.',
    ],
    action: { label: 'Посмотреть приглашение', url },
  }),
  'organisation-added': ({ name, organisationName, url }) => ({
    subject: `Вы теперь участник организации ${organisationName}`,
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [`Вас добавили в организацию ${organisationName}.`, 'Вы можете выйти из неё в любой момент.'],
    action: { label: 'Открыть организацию', url },
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
  verification: ({ name, status, url }) => ({
    subject: status === 'verified' ? 'Ваша личность подтверждена' : 'Не удалось подтвердить вашу личность',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs:
      status === 'verified'
        ? ['Ваши документы приняты: личность подтверждена.']
        : ['Ваши документы не приняты. Вы можете отправить другие.'],
    action: { label: 'Открыть учётную запись', url },
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
