import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { PrismaService } from '../../src/prisma/prisma.service.js';
import { until } from './until.js';

/** A mail of the outbox, as the tests read it. */
export interface Mail {
  readonly toAddress: string;
  readonly template: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly status: string;
}

/** Waits for the newest mail to an address in the outbox table. */
export function mailTo(prisma: PrismaService, address: string, template?: string): Promise<Mail> {
  return until(`there is a mail to ${address}`, () =>
    prisma.outboundMail.findFirst({
      where: { toAddress: address, ...(template !== undefined && { template }) },
      orderBy: { id: 'desc' },
    }),
  );
}

/** The links of a mail's text, in order. */
export function linksIn(mail: Pick<Mail, 'text'>): URL[] {
  return (mail.text.match(/https?:\/\/[^\s<>"]+/g) ?? []).map((link) => new URL(link));
}

/** One message as it came over SMTP. */
export interface ReceivedMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body. */
  readonly source: string;
}

/** A real SMTP server on loopback that takes everything, or refuses while told so. */
export class TestSmtpServer {
  readonly messages: ReceivedMessage[] = [];
  /** While set, every message is refused with this answer. */
  refuseWith?: { readonly code: number; readonly message: string };
  private readonly server: SMTPServer;

  private constructor() {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onData: (stream, session, done) => {
        let source = '';
        stream.on('data', (chunk: Buffer) => (source += chunk.toString('utf8')));
        stream.on('end', () => {
          if (this.refuseWith !== undefined) {
            const { code, message } = this.refuseWith;
            return done(Object.assign(new Error(message), { responseCode: code }));
          }
          const { mailFrom, rcptTo } = session.envelope;
          const to = rcptTo.map(({ address }) => address);
          this.messages.push({ from: mailFrom === false ? '' : mailFrom.address, to, source });
          return done();
        });
      },
    });
  }

  static async start(): Promise<TestSmtpServer> {
    const smtp = new TestSmtpServer();
    await new Promise<void>((resolve) => smtp.server.listen(0, '127.0.0.1', resolve));
    return smtp;
  }

  /** For `SMTP_URL`. */
  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
