import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SuccessResponse } from '../../identity/dto/success.dto.js';
import { DeliveryIdPipe } from './delivery-id.pipe.js';
import {
  CreateWebhookDto,
  UpdateWebhookDto,
  WebhookDeliveryResponse,
  WebhookResponse,
  WebhookSecretResponse,
} from './dto/webhooks.dto.js';
import { Webhooks } from './webhooks.service.js';

const ID = new RowIdPipe('Webhook not found');

/** Addresses that hear of what happens: of oneself and one's servers, or for staff of the whole panel. */
@ApiTags('Webhooks')
@SessionOnly()
@Controller('api/webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: Webhooks) {}

  /** List one's webhooks */
  @Get()
  list(@Caller() caller: UserPrincipal): Promise<WebhookResponse[]> {
    return this.webhooks.list(caller);
  }

  /**
   * Create a webhook
   *
   * Its secret is shown this once. Each request carries `x-panel-signature: t=<Unix seconds>,v1=<hex>`, the HMAC-SHA256 of
   * `<t>.<body>`; what is not answered with 2xx is tried again for about an hour.
   */
  @Post()
  @ApiErrors(400, 409)
  create(
    @Caller() caller: UserPrincipal,
    @Body() body: CreateWebhookDto,
    @ClientAddress() ip: string,
  ): Promise<WebhookSecretResponse> {
    return this.webhooks.create(caller, body, ip);
  }

  /** Change a webhook; what is absent stays */
  @Put(':id')
  @ApiErrors(400, 404)
  update(
    @Caller() caller: UserPrincipal,
    @Param('id', ID) id: number,
    @Body() body: UpdateWebhookDto,
    @ClientAddress() ip: string,
  ): Promise<WebhookResponse> {
    return this.webhooks.update(caller, id, body, ip);
  }

  /** Delete a webhook with its deliveries */
  @Delete(':id')
  @ApiErrors(404)
  delete(
    @Caller() caller: UserPrincipal,
    @Param('id', ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.webhooks.delete(caller, id, ip);
  }

  /** Give a webhook a new secret, which is shown this once */
  @Post(':id/rotate-secret')
  @HttpCode(200)
  @ApiErrors(404)
  rotate(
    @Caller() caller: UserPrincipal,
    @Param('id', ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<WebhookSecretResponse> {
    return this.webhooks.rotate(caller, id, ip);
  }

  /** List the newest deliveries of a webhook */
  @Get(':id/deliveries')
  @ApiErrors(404)
  deliveries(@Caller() caller: UserPrincipal, @Param('id', ID) id: number): Promise<WebhookDeliveryResponse[]> {
    return this.webhooks.deliveries(caller, id);
  }

  /** Send an event again */
  @Post(':id/deliveries/:deliveryId/replay')
  @HttpCode(200)
  @ApiErrors(404, 409)
  replay(
    @Caller() caller: UserPrincipal,
    @Param('id', ID) id: number,
    @Param('deliveryId', DeliveryIdPipe) deliveryId: string,
  ): Promise<SuccessResponse> {
    return this.webhooks.replay(caller, id, deliveryId);
  }
}
