import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiExtension, ApiTags } from '@nestjs/swagger';
import {
  Authenticated,
  Caller,
  ClientAddress,
  ForBoundKeys,
  RequirePermission,
  SessionOnly,
} from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { ApiKeyChanges } from './api-key-changes.service.js';
import { ApiKeys } from './api-keys.service.js';
import { ApiKeyListQuery, ApiKeyResponse, CreateApiKeyDto, CreatedApiKeyResponse } from './dto/api-keys.dto.js';

const KEY_ID = new RowIdPipe('not found');
const EXAMPLE = { name: 'Deployment', type: 'client', permissions: ['servers:read'] };

@ApiTags('API keys')
@Controller('api/apikeys')
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly changes: ApiKeyChanges,
  ) {}

  /**
   * List API keys
   *
   * Those of everybody for staff with `admin:access`, otherwise one's own; newest first.
   */
  @RequirePermission('apikeys:read')
  @Get()
  @ApiErrors(400)
  list(@Caller() caller: UserPrincipal, @Query() query: ApiKeyListQuery): Promise<ApiKeyResponse[]> {
    return this.keys.list(caller, query);
  }

  /**
   * List one's own API keys
   *
   * Called with a key: just that key.
   */
  @Authenticated()
  @ForBoundKeys('servers', 'organisation')
  @Get('my')
  listOwn(@Caller() caller: UserPrincipal): Promise<ApiKeyResponse[]> {
    return this.keys.listOwn(caller);
  }

  /**
   * Create an API key
   *
   * The key is in the answer and is never shown again. It can do what is in its list and its owner may do, each time it is
   * used. At most 25 keys per account. Only from a session, with the permission `apikeys:create`.
   */
  @SessionOnly()
  @Post()
  @ApiBody({ type: CreateApiKeyDto, examples: { client: { value: EXAMPLE } } })
  @HttpCode(200)
  @RateLimited('apiKeyCreate')
  @Idempotent()
  @ApiExtension('x-permission', ['apikeys:create'])
  @ApiErrors(400, 404, 409)
  create(
    @Caller() caller: UserPrincipal,
    @Body() body: CreateApiKeyDto,
    @ClientAddress() ip: string,
  ): Promise<CreatedApiKeyResponse> {
    return this.changes.create(caller, body, ip);
  }

  /**
   * Read an API key
   *
   * One's own; staff with `admin:access` reads every key. The key itself is not shown.
   */
  @Authenticated()
  @Get(':id')
  @ApiErrors(404)
  read(@Caller() caller: UserPrincipal, @Param('id', KEY_ID) id: number): Promise<ApiKeyResponse> {
    return this.keys.read(caller, id);
  }

  /**
   * Delete an API key
   *
   * It is refused from that moment on. Only from a session, with the permission `apikeys:delete`.
   */
  @SessionOnly()
  @Delete(':id')
  @ApiExtension('x-permission', ['apikeys:delete'])
  @ApiErrors(404)
  delete(
    @Caller() caller: UserPrincipal,
    @Param('id', KEY_ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.changes.delete(caller, id, ip);
  }
}
