import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Mailer } from '../../src/common/mail/mailer.js';
import { captureLogs } from '../support/logs.js';
import { mailTo, TestSmtpServer } from '../support/mailbox.js';
import { startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';
import { until } from '../support/until.js';

let smtp: TestSmtpServer;
let platform: TestPlatform;
beforeAll(async () => {
  smtp = await TestSmtpServer.start();
  platform = await startPlatform({
    env: {
      SMTP_URL: smtp.url,
      MAIL_FROM: 'Test Panel <panel@example.com>',
      BRAND_NAME: 'Test & Panel',
      PANEL_URL: 'https://panel.example.com',
    },
  });
});
afterAll(async () => {
  await platform.close();
  await smtp.close();
});

const send = (email: string, name = 'Ada', locale: 'en' | 'ru' = 'en', on = platform): Promise<void> =>
  on.prisma.$transaction((tx) =>
    on.app
      .get(Mailer)
      .enqueue(tx, { email, locale }, 'password-reset', { name, url: 'https://panel.example.com/reset?code=1&x=2' }),
  );
const arrived = (email: string) =>
  until(`the mail to ${email} arrived`, () => smtp.messages.find(({ to }) => to.includes(email)), { within: 20_000 });
const decoded = (source: string): string =>
  source
    .replace(/=\r?\n/g, '')
    .replace(/(?:=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replace(/=/g, ''), 'hex').toString('utf8'));

describe('a mail', () => {
  it('is delivered over SMTP, as text and as HTML, and marked as sent', async () => {
    await send('ada@example.com', '<b>Ada</b>');
    const { source } = await arrived('ada@example.com');
    const text = decoded(source);
    expect(text).toContain('From: Test Panel <panel@example.com>');
    expect(text).toContain('Subject: Reset your password');
    expect(text).toMatch(/Message-ID: <panel-\d+@panel\.example\.com>/i);
    expect(text).toContain('Hello <b>Ada</b>,');
    expect(text).toContain('Hello &#60;b&#62;Ada&#60;/b&#62;,');
    await until(
      'it is marked as sent',
      async () => (await mailTo(platform.prisma, 'ada@example.com')).status === 'sent',
    );
  });

  it('is written in the language of its recipient', async () => {
    await send('anna@example.com', 'Анна', 'ru');
    expect(decoded((await arrived('anna@example.com')).source)).toContain('Здравствуйте, Анна!');
  });

  it('cannot be given headers by a name with line breaks', async () => {
    await send('mallory@example.com', 'x\r\nBcc: victim@example.com');
    const { to, source } = await arrived('mallory@example.com');
    expect(to).toEqual(['mallory@example.com']);
    const [head = ''] = source.split('\r\n\r\n');
    expect(head).not.toMatch(/^bcc:/im);
  });

  it('that the server refuses is tried again until it takes it', async () => {
    smtp.refuseWith = { code: 451, message: 'come again later' };
    await send('bob@example.com');
    await until(
      'the first try failed',
      async () => (await mailTo(platform.prisma, 'bob@example.com')).status === 'failed',
      { within: 20_000 },
    );
    expect(await platform.prisma.outboundMail.findFirst({ where: { toAddress: 'bob@example.com' } })).toMatchObject({
      attempts: 1,
      failureReason: expect.stringContaining('come again later'),
    });
    delete smtp.refuseWith;
    await platform.database.executeSql(`UPDATE pgboss.job SET start_after = now() WHERE state = 'retry'`);
    await arrived('bob@example.com');
    await until(
      'it is marked as sent',
      async () => (await mailTo(platform.prisma, 'bob@example.com')).status === 'sent',
    );
    expect(await platform.prisma.outboundMail.findFirst({ where: { toAddress: 'bob@example.com' } })).toMatchObject({
      attempts: 2,
      failureReason: null,
    });
  });

  it('of a change that did not happen is not sent', async () => {
    const change = platform.prisma.$transaction(async (tx) => {
      await platform.app.get(Mailer).enqueue(tx, { email: 'nobody@example.com' }, 'password-reset', {
        name: 'x',
        url: 'https://panel.example.com',
      });
      throw new Error('the change failed');
    });
    await expect(change).rejects.toThrow('the change failed');
    await send('after@example.com');
    await arrived('after@example.com');
    expect(smtp.messages.filter(({ to }) => to.includes('nobody@example.com'))).toEqual([]);
    expect(await platform.prisma.outboundMail.count({ where: { toAddress: 'nobody@example.com' } })).toBe(0);
  });
});

it('stays in the outbox when there is no mail server, and the log says so', async () => {
  const without = await startPlatform({ env: { LOG_LEVEL: 'warn' } });
  const logs = captureLogs();
  await send('carol@example.com', 'Carol', 'en', without);
  logs.stop();
  expect(without.app.get(Mailer).isConfigured).toBe(false);
  expect(await mailTo(without.prisma, 'carol@example.com')).toMatchObject({
    status: 'queued',
    subject: 'Reset your password',
  });
  expect(logs.lines.join()).toContain('SMTP is not configured');
  expect(logs.lines.join()).not.toContain('carol@example.com');
  await without.close();
});
