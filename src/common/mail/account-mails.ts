import type { MailContent, MailLocale } from './mail-templates.js';

/** Variables of the mails about the life of an account. */
export interface AccountMailVariables {
  'email-restore': { name: string; url: string; oldEmail: string; newEmail: string };
  'email-restored': { name: string; url: string };
  'deletion-requested': { name: string; url: string };
  'deletion-approved': { name: string; url: string; date: Date };
  'deletion-rejected': { name: string };
  'deletion-cancelled': { name: string };
  'deletion-deleted': { name: string };
  /** Nobody used the account for long. */
  'sunset-policy': { name: string; url: string; date: Date };
  /** An entry of the activity log that its owner wants to hear of; `details` may be empty. */
  notification: { title: string; message: string; details: string };
}

type Catalogue = {
  readonly [Name in keyof AccountMailVariables]: (variables: AccountMailVariables[Name]) => MailContent;
};

const day = (date: Date): string => date.toISOString().slice(0, 10);

const en: Catalogue = {
  'email-restore': ({ name, url, oldEmail, newEmail }) => ({
    subject: 'Your e-mail address was changed',
    greeting: `Hello ${name},`,
    paragraphs: [
      `the address of your account was changed from ${oldEmail} to ${newEmail}.`,
      'If that was not you, put the old address back. The link works for 48 hours and signs out every browser.',
    ],
    action: { label: 'Put the old address back', url },
  }),
  'email-restored': ({ name, url }) => ({
    subject: 'Your e-mail address is back',
    greeting: `Hello ${name},`,
    paragraphs: [
      'this is the address of your account again, and every browser was signed out.',
      'Choose a new password now, and look through your API keys and SSH keys when you are signed in.',
    ],
    action: { label: 'Choose a new password', url },
  }),
  'deletion-requested': ({ name, url }) => ({
    subject: 'You asked to delete your account',
    greeting: `Hello ${name},`,
    paragraphs: [
      'we got your request to delete your account and will look at it.',
      'If that was not you, or you have changed your mind, cancel it.',
    ],
    action: { label: 'Keep my account', url },
  }),
  'deletion-approved': ({ name, url, date }) => ({
    subject: 'Your account will be deleted',
    greeting: `Hello ${name},`,
    paragraphs: [
      `your account is closed and will be deleted on ${day(date)}.`,
      'Until then you can have it back. The link works once.',
    ],
    action: { label: 'Keep my account', url },
  }),
  'deletion-rejected': ({ name }) => ({
    subject: 'Your account will not be deleted',
    greeting: `Hello ${name},`,
    paragraphs: ['we could not agree to delete your account. Please contact support to learn why.'],
  }),
  'deletion-cancelled': ({ name }) => ({
    subject: 'Your account stays',
    greeting: `Hello ${name},`,
    paragraphs: ['the deletion of your account was cancelled. You can use it as before.'],
  }),
  'deletion-deleted': ({ name }) => ({
    subject: 'Your account was deleted',
    greeting: `Hello ${name},`,
    paragraphs: ['your account was deleted. This is the last mail about it.'],
  }),
  'sunset-policy': ({ name, url, date }) => ({
    subject: 'Your account will be deleted unless you sign in',
    greeting: `Hello ${name},`,
    paragraphs: [
      `you have not signed in for a long time. Your account will be deleted on ${day(date)}.`,
      'To keep it, sign in once before that day.',
    ],
    action: { label: 'Sign in', url },
  }),
  notification: ({ title, message, details }) => ({
    subject: title,
    greeting: message,
    paragraphs: [...(details === '' ? [] : [details]), 'Which mails you get is in the settings of your account.'],
  }),
};

const ru: Catalogue = {
  'email-restore': ({ name, url, oldEmail, newEmail }) => ({
    subject: 'Адрес электронной почты изменён',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      `Адрес вашей учётной записи изменён с ${oldEmail} на ${newEmail}.`,
      'Если это были не вы, верните прежний адрес. Ссылка действует 48 часов и завершает все сеансы.',
    ],
    action: { label: 'Вернуть прежний адрес', url },
  }),
  'email-restored': ({ name, url }) => ({
    subject: 'Прежний адрес восстановлен',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      'Этот адрес снова принадлежит вашей учётной записи, все сеансы завершены.',
      'Выберите новый пароль, а после входа проверьте свои ключи API и SSH.',
    ],
    action: { label: 'Выбрать новый пароль', url },
  }),
  'deletion-requested': ({ name, url }) => ({
    subject: 'Запрос на удаление учётной записи',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      'Мы получили ваш запрос на удаление учётной записи и рассмотрим его.',
      'Если это были не вы или вы передумали, отмените его.',
    ],
    action: { label: 'Сохранить учётную запись', url },
  }),
  'deletion-approved': ({ name, url, date }) => ({
    subject: 'Ваша учётная запись будет удалена',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      `Ваша учётная запись закрыта и будет удалена ${day(date)}.`,
      'До этого дня её можно вернуть. Ссылка действует один раз.',
    ],
    action: { label: 'Сохранить учётную запись', url },
  }),
  'deletion-rejected': ({ name }) => ({
    subject: 'Ваша учётная запись не будет удалена',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: ['Мы не смогли удалить вашу учётную запись. Чтобы узнать причину, обратитесь в поддержку.'],
  }),
  'deletion-cancelled': ({ name }) => ({
    subject: 'Ваша учётная запись сохранена',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: ['Удаление вашей учётной записи отменено. Ею можно пользоваться как прежде.'],
  }),
  'deletion-deleted': ({ name }) => ({
    subject: 'Ваша учётная запись удалена',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: ['Ваша учётная запись удалена. Это последнее письмо о ней.'],
  }),
  'sunset-policy': ({ name, url, date }) => ({
    subject: 'Войдите, чтобы сохранить учётную запись',
    greeting: `Здравствуйте, ${name}!`,
    paragraphs: [
      `Вы давно не входили. Ваша учётная запись будет удалена ${day(date)}.`,
      'Чтобы сохранить её, войдите до этого дня.',
    ],
    action: { label: 'Войти', url },
  }),
  notification: ({ title, message, details }) => ({
    subject: title,
    greeting: message,
    paragraphs: [...(details === '' ? [] : [details]), 'Какие письма приходят, указано в настройках учётной записи.'],
  }),
};

export const accountMails: Record<MailLocale, Catalogue> = { en, ru };
