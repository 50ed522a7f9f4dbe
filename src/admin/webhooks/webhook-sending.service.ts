import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { grants } from '../../common/access/permissions.js';
import { isSuperuserRole } from '../../common/access/principal.js';
import type { Account } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { Sealer } from '../../common/crypto/sealer.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { WebhookEvent } from '../../common/jobs/panel-jobs.js';
import { guardedFetch } from '../../common/net/guarded-fetch.js';
import type { GuardedFetch } from '../../common/net/guarded-fetch.js';
import { Config } from '../../config/config.js';
import type { WebhookDeliveryStatus } from '../../generated/prisma/enums.js';
import { Accounts } from '../../identity/users/accounts.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { signatureOf, wants } from './webhook-rules.js';
import { SECRET_PURPOSE } from './webhooks.service.js';

/** Attempts at one delivery: with pauses that double from half a minute, over about an hour. */
const ATTEMPTS = 8;
const MAXIMUM_ERROR = 300;
const DELIVERY = {
  ...({ id: true, event: true, body: true, status: true, attempts: true } as const),
  webhook: { select: { id: true, url: true, secretSealed: true, active: true } },
};

/**
 * Tells webhooks of entries of the activity log. The entry and the job that tells of it are written in one transaction, so
 * an event is told exactly when it happened; where nobody listens, nothing is written.
 */
@Injectable()
export class WebhookSending implements OnModuleInit, OnApplicationBootstrap {
  private readonly fetch: GuardedFetch;
  /** Whether there is any webhook: in memory, because every change of the panel asks. */
  private isAnybodyListening = false;

  constructor(
    private readonly prisma: PrismaService,
    private readonly accounts: Accounts,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
    private readonly jobs: Jobs,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {
    this.fetch = guardedFetch({ allowsPrivate: config.env.WEBHOOKS_ALLOW_PRIVATE, maximumBytes: 65_536 });
  }

  onModuleInit(): void {
    this.jobs.register('webhook.fan_out', (event) => this.fanOut(event));
    const retryDelaySeconds = this.config.env.NODE_ENV === 'test' ? 1 : 30;
    const options = { retries: ATTEMPTS - 1, retryDelaySeconds, concurrency: 2, expireSeconds: 60 };
    this.jobs.register('webhook.deliver', ({ deliveryId }) => this.deliver(deliveryId), options);
    this.audit.onRecord(async ({ userId, action, targetType = null, targetId = null, metadata = null }, tx) => {
      if (!this.isAnybodyListening) return;
      const target = { targetType, targetId: targetId === null ? null : String(targetId) };
      const event = { id: randomUUID(), at: new Date().toISOString(), userId, action, ...target, metadata };
      await this.jobs.enqueue('webhook.fan_out', event, { tx });
    });
    this.bus.on('webhooks.changed', () => void this.look());
    this.bus.on('bus.reconnected', () => void this.look());
  }

  onApplicationBootstrap(): Promise<void> {
    return this.look();
  }

  private async look(): Promise<void> {
    const row = await this.prisma.webhook
      .findFirst({ where: { active: true }, select: { id: true } })
      .catch(() => true);
    this.isAnybodyListening = row !== null;
  }

  /** Makes a delivery for each webhook that wants the event; made again, it makes none twice. */
  private async fanOut(event: WebhookEvent): Promise<void> {
    const owner = await this.ownerOf(event);
    const mayHear = [event.userId, owner].filter((id) => id !== null);
    const webhooks = await this.prisma.webhook.findMany({
      where: { active: true, OR: [{ isPanel: true }, { userId: { in: mayHear } }] },
      select: { id: true, userId: true, isPanel: true, events: true },
    });
    const { id: eventId, action } = event;
    const body = JSON.stringify({ ...event, event: action });
    for (const webhook of webhooks.filter(({ events }) => wants(events, action))) {
      const account = await this.accounts.byId(webhook.userId);
      if (account === undefined || account.suspended || (webhook.isPanel && !readsLogs(account))) continue;
      await this.prisma.$transaction(async (tx) => {
        const data = [{ webhookId: webhook.id, eventId, event: action, body }];
        const made = await tx.webhookDelivery.createManyAndReturn({ data, skipDuplicates: true, select: { id: true } });
        for (const { id } of made) await this.jobs.enqueue('webhook.deliver', { deliveryId: id }, { tx });
      });
    }
  }

  /** Whose server the event is about. */
  private async ownerOf({ targetType, targetId }: WebhookEvent): Promise<number | null> {
    if (targetType !== 'server' || targetId === null) return null;
    const where = { uuid: targetId };
    return (await this.prisma.server.findUnique({ where, select: { ownerId: true } }))?.ownerId ?? null;
  }

  /** Sends one delivery. @throws Error when it is to be tried again. */
  private async deliver(id: string): Promise<void> {
    const delivery = await this.prisma.webhookDelivery.findUnique({ where: { id }, select: DELIVERY });
    if (delivery === null || delivery.status !== 'pending') return;
    const result = delivery.webhook.active ? await this.send(delivery) : { status: null, error: 'The webhook is off.' };
    const attempts = delivery.attempts + 1;
    const isDelivered = result.error === null;
    const isOver = isDelivered || !delivery.webhook.active || attempts >= ATTEMPTS;
    await this.prisma.webhookDelivery.updateMany({
      where: { id, status: 'pending' },
      data: {
        attempts,
        responseStatus: result.status,
        error: result.error,
        status: statusAfter(isOver, isDelivered),
        ...(isDelivered && { deliveredAt: new Date() }),
      },
    });
    if (!isOver) throw new Error(`webhook delivery failed: ${result.error}`);
  }

  private async send({
    id,
    event,
    body,
    webhook,
  }: {
    id: string;
    event: string;
    body: string;
    webhook: { url: string; secretSealed: string };
  }): Promise<{ status: number | null; error: string | null }> {
    const secret = this.sealer.open(webhook.secretSealed, SECRET_PURPOSE);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'panel-webhooks',
      'x-panel-delivery': id,
      'x-panel-event': event,
      'x-panel-signature': signatureOf(secret, body, new Date()),
    };
    try {
      const { status, ok } = await this.fetch(webhook.url, { method: 'POST', headers, body });
      return { status, error: ok ? null : `HTTP ${status}` };
    } catch (error) {
      return { status: null, error: (error as Error).message.slice(0, MAXIMUM_ERROR) };
    }
  }
}

function statusAfter(isOver: boolean, isDelivered: boolean): WebhookDeliveryStatus {
  if (!isOver) return 'pending';
  return isDelivered ? 'delivered' : 'failed';
}

const readsLogs = (account: Account): boolean =>
  isSuperuserRole(account.role) ||
  (grants(account.permissions, 'admin:access') && grants(account.permissions, 'logs:read'));
