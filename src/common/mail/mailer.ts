import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { Jobs } from '../jobs/jobs.service.js';
import { logger } from '../logging/logger.js';
import { renderMail } from './mail-templates.js';
import type { MailLocale, MailTemplate, MailVariables } from './mail-templates.js';

/** A mail server that is silent must not hold a job for the ten minutes that are usual. */
const TIME_LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 } as const;

export interface Recipient {
  readonly userId?: number;
  readonly email: string;
  readonly locale?: MailLocale;
}

/** Writes mails to the outbox table; a job sends them. Without SMTP settings they stay there and the log says so. */
@Injectable()
export class Mailer implements OnModuleInit {
  private readonly transport;

  constructor(
    private readonly prisma: PrismaService,
    private readonly jobs: Jobs,
    private readonly config: Config,
  ) {
    const url = config.env.SMTP_URL;
    this.transport =
      url === undefined ? undefined : createTransport({ url, ...TIME_LIMITS }, { from: config.env.MAIL_FROM });
  }

  get isConfigured(): boolean {
    return this.transport !== undefined;
  }

  onModuleInit(): void {
    this.jobs.register('mail.deliver', ({ mailId }) => this.deliver(mailId), {
      retries: 8,
      retryDelaySeconds: 15,
      concurrency: 2,
    });
  }

  /** Puts a mail into the outbox, within the transaction that it belongs to. */
  async enqueue<Name extends MailTemplate>(
    tx: Queryable,
    recipient: Recipient,
    template: Name,
    variables: MailVariables[Name],
  ): Promise<void> {
    const rendered = renderMail(template, variables, {
      locale: recipient.locale ?? 'en',
      brand: this.config.env.BRAND_NAME,
    });
    const { id } = await tx.outboundMail.create({
      data: { ...rendered, template, toAddress: recipient.email, userId: recipient.userId ?? null },
      select: { id: true },
    });
    if (this.isConfigured) await this.jobs.enqueue('mail.deliver', { mailId: id }, { tx });
    else logger.warn({ mailId: id, template }, 'mail kept in the outbox: SMTP is not configured');
  }

  private async deliver(mailId: number): Promise<void> {
    const mail = await this.prisma.outboundMail.findUnique({ where: { id: mailId } });
    if (mail === null || mail.status === 'sent' || this.transport === undefined) return;
    try {
      const { toAddress: to, subject, text, html } = mail;
      await this.transport.sendMail({
        to,
        subject,
        text,
        html,
        messageId: `<panel-${mailId}@${new URL(this.config.panelUrl).hostname}>`,
      });
      await this.prisma.outboundMail.update({
        where: { id: mailId },
        data: { status: 'sent', sentAt: new Date(), attempts: { increment: 1 }, failureReason: null },
      });
    } catch (error) {
      await this.prisma.outboundMail.update({
        where: { id: mailId },
        data: { status: 'failed', attempts: { increment: 1 }, failureReason: (error as Error).message.slice(0, 500) },
      });
      throw error;
    }
  }
}
