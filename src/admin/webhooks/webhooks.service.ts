import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { randomSecret } from '../../common/crypto/digest.js';
import { Sealer } from '../../common/crypto/sealer.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import { badRequest, conflict, forbidden, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { allowedUrl, FetchRefused, isPublicAddress } from '../../common/net/safe-fetch.js';
import { Config } from '../../config/config.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { SUCCESS } from '../../identity/dto/success.dto.js';
import type { SuccessResponse } from '../../identity/dto/success.dto.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type {
  CreateWebhookDto,
  UpdateWebhookDto,
  WebhookDeliveryResponse,
  WebhookResponse,
  WebhookSecretResponse,
} from './dto/webhooks.dto.js';

export const SECRET_PURPOSE = 'webhook.secret';
const MAXIMUM = 10;
const LISTED = 100;
const WEBHOOK = { id: true, url: true, events: true, isPanel: true, active: true, createdAt: true } as const;
const DELIVERY = {
  ...({ id: true, eventId: true, event: true, status: true, attempts: true } as const),
  ...({ responseStatus: true, error: true, createdAt: true, deliveredAt: true } as const),
};
const missing = () => notFound('Webhook not found', 'webhooks.not_found');

/** Subscriptions as their owners make and change them. */
@Injectable()
export class Webhooks implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly jobs: Jobs,
    private readonly erasure: AccountErasure,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.erasure.register('webhooks', async (tx, userId, afterCommit) => {
      await tx.webhook.deleteMany({ where: { userId } });
      afterCommit(() => this.bus.publish('webhooks.changed', {}));
    });
  }

  async list({ userId }: UserPrincipal): Promise<WebhookResponse[]> {
    const rows = await this.prisma.webhook.findMany({ where: { userId }, orderBy: { id: 'asc' }, select: WEBHOOK });
    return rows.map(toWebhook);
  }

  /** @throws PanelError 400 for an address that is not public, 403 for the whole panel, 409 for too many. */
  async create(caller: UserPrincipal, body: CreateWebhookDto, ip: string): Promise<WebhookSecretResponse> {
    const isPanel = body.panel === true;
    if (isPanel && !(caller.can('admin:access') && caller.can('logs:read'))) throw forbidden();
    this.assertAllowed(body.url);
    const secret = randomSecret();
    const { userId } = caller;
    const secretSealed = this.sealer.seal(secret, SECRET_PURPOSE);
    const data = { userId, url: body.url, events: body.events, isPanel, secretSealed };
    const row = await this.change(caller, ip, 'webhook:create', async (tx) => {
      await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
      if ((await tx.webhook.count({ where: { userId } })) >= MAXIMUM) {
        throw conflict(`At most ${MAXIMUM} webhooks per account. Delete one first.`, 'webhooks.too_many');
      }
      return tx.webhook.create({ data, select: WEBHOOK });
    });
    return { ...toWebhook(row), secret };
  }

  /** @throws PanelError 400, 404. */
  async update(caller: UserPrincipal, id: number, body: UpdateWebhookDto, ip: string): Promise<WebhookResponse> {
    const { url, events, active } = body;
    if (typeof url === 'string') this.assertAllowed(url);
    const data = {
      ...(typeof url === 'string' && { url }),
      ...(Array.isArray(events) && { events }),
      ...(typeof active === 'boolean' && { active }),
    };
    const row = await this.change(caller, ip, 'webhook:update', (tx) => this.write(tx, caller, id, data));
    return toWebhook(row);
  }

  /** A new secret; the one before ends at once. @throws PanelError 404. */
  async rotate(caller: UserPrincipal, id: number, ip: string): Promise<WebhookSecretResponse> {
    const secret = randomSecret();
    const data = { secretSealed: this.sealer.seal(secret, SECRET_PURPOSE) };
    const row = await this.change(caller, ip, 'webhook:rotate', (tx) => this.write(tx, caller, id, data));
    return { ...toWebhook(row), secret };
  }

  /** With its deliveries. @throws PanelError 404. */
  async delete(caller: UserPrincipal, id: number, ip: string): Promise<SuccessResponse> {
    await this.change(caller, ip, 'webhook:delete', async (tx) => {
      const { count } = await tx.webhook.deleteMany({ where: { id, userId: caller.userId } });
      if (count === 0) throw missing();
      return { id };
    });
    return SUCCESS;
  }

  /** The newest hundred. @throws PanelError 404. */
  async deliveries({ userId }: UserPrincipal, id: number): Promise<WebhookDeliveryResponse[]> {
    const row = await this.prisma.webhook.findFirst({
      where: { id, userId },
      select: { deliveries: { orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], take: LISTED, select: DELIVERY } },
    });
    if (row === null) throw missing();
    return row.deliveries;
  }

  /** Sends an event again that was delivered or given up. @throws PanelError 404; 409 while it is under way. */
  async replay({ userId }: UserPrincipal, id: number, deliveryId: string): Promise<SuccessResponse> {
    const where = { id: deliveryId, webhookId: id, webhook: { userId } };
    await this.prisma.$transaction(async (tx) => {
      const data = { status: 'pending', attempts: 0, error: null, deliveredAt: null } as const;
      const { count } = await tx.webhookDelivery.updateMany({ where: { ...where, status: { not: 'pending' } }, data });
      if (count === 1) return this.jobs.enqueue('webhook.deliver', { deliveryId }, { tx });
      const known = await tx.webhookDelivery.count({ where });
      throw known === 0
        ? notFound('Delivery not found', 'webhooks.delivery_not_found')
        : conflict('This delivery is under way', 'webhooks.under_way');
    });
    return SUCCESS;
  }

  private async write(
    tx: Queryable,
    { userId }: UserPrincipal,
    id: number,
    data: Prisma.WebhookUpdateManyMutationInput,
  ) {
    const [row] = await tx.webhook.updateManyAndReturn({ where: { id, userId }, data, select: WEBHOOK });
    if (row === undefined) throw missing();
    return row;
  }

  private async change<Row extends { id: number }>(
    { userId }: UserPrincipal,
    ipAddress: string,
    action: string,
    work: (tx: Queryable) => Promise<Row>,
  ): Promise<Row> {
    const row = await this.prisma.$transaction(async (tx) => {
      const changed = await work(tx);
      await this.audit.record({ userId, action, ipAddress, metadata: { webhookId: changed.id } }, tx);
      return changed;
    });
    this.bus.publish('webhooks.changed', {});
    return row;
  }

  /** As far as its text tells; what a name resolves to is judged whenever something is sent. */
  private assertAllowed(url: string): void {
    try {
      allowedUrl(url, this.config.env.WEBHOOKS_ALLOW_PRIVATE ? () => true : isPublicAddress);
    } catch (error) {
      if (error instanceof FetchRefused) throw badRequest(error.message, 'webhooks.invalid_url');
      throw error;
    }
  }
}

function toWebhook({ isPanel, ...row }: Prisma.WebhookGetPayload<{ select: typeof WEBHOOK }>): WebhookResponse {
  return { ...row, panel: isPanel };
}
