import { Module } from '@nestjs/common';
import { WebhookSending } from './webhook-sending.service.js';
import { WebhooksController } from './webhooks.controller.js';
import { Webhooks } from './webhooks.service.js';

@Module({ controllers: [WebhooksController], providers: [Webhooks, WebhookSending] })
export class WebhooksModule {}
