import { Body, Controller, Get, Header, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { NODE_ADMINISTRATION, NODE_PARAMETER } from '../directory/node-routes.js';
import { GenerateTokenDto } from './dto/node-fields.dto.js';
import { NodeResultResponse } from './dto/node-response.dto.js';
import {
  GeneratedTokenResponse,
  NodeCredentialsDto,
  NodeCredentialsResponse,
  NodeTokenResponse,
  RotatedTokenResponse,
  RotateTokenDto,
} from './dto/node-secrets.dto.js';
import { NodeCredentials } from './node-credentials.service.js';
import { NodeTokenRotation } from './node-token-rotation.service.js';

const READ = ['nodes:read', 'nodes:read-creds'];
const UPDATE = ['nodes:read', 'nodes:update-creds'];

@ApiTags('Nodes')
@Controller('api/nodes')
export class NodeSecretsController {
  constructor(
    private readonly credentials: NodeCredentials,
    private readonly rotation: NodeTokenRotation,
  ) {}

  /** Make up a token for a new node */
  @RequirePermission('nodes:read-creds', NODE_ADMINISTRATION)
  @Get('generate-token')
  @Header('Cache-Control', 'no-store')
  generate(): NodeTokenResponse {
    return this.credentials.generate();
  }

  /**
   * Make up a token, and with name and url also the node
   *
   * Takes the fields of the creation of a node. Without a body only the token is made, and kept nowhere.
   */
  @RequirePermission('nodes:create', NODE_ADMINISTRATION)
  @Post('generate-token')
  @HttpCode(200)
  @Idempotent()
  @Header('Cache-Control', 'no-store')
  @ApiErrors(400, 409)
  generateFor(
    @Body() body: GenerateTokenDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<GeneratedTokenResponse> {
    return this.credentials.generateFor(body, { userId: caller.userId, ip });
  }

  /** Show the token of a node */
  @RequirePermission('nodes:read-creds', NODE_ADMINISTRATION)
  @Get(':id/token')
  @Header('Cache-Control', 'no-store')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(404)
  token(
    @Param('id') id: string,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<NodeTokenResponse> {
    return this.credentials.token(id, { userId: caller.userId, ip });
  }

  /**
   * Give a node a new token
   *
   * The one before still counts for a while (by default 15 minutes, `overlapSeconds` 0 ends it at once), and ends early
   * when the daemon is heard with the new one. Go Wings is told over its API; wings-rs needs its new configuration by hand.
   * The new token is in the answer for holders of `nodes:read-creds`.
   */
  @RequirePermission(UPDATE, NODE_ADMINISTRATION)
  @Post(':id/rotate-token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404, 409)
  rotate(
    @Param('id') id: string,
    @Body() body: RotateTokenDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<RotatedTokenResponse> {
    return this.rotation.rotate(id, body, { userId: caller.userId, ip, seesToken: caller.can('nodes:read-creds') });
  }

  /** Show the root login of a node */
  @RequirePermission(READ, NODE_ADMINISTRATION)
  @Get(':id/credentials')
  @Header('Cache-Control', 'no-store')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(404)
  show(
    @Param('id') id: string,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<NodeCredentialsResponse> {
    return this.credentials.credentials(id, { userId: caller.userId, ip });
  }

  /** Set or clear the root login of a node */
  @RequirePermission(UPDATE, NODE_ADMINISTRATION)
  @Put(':id/credentials')
  @Header('Cache-Control', 'no-store')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404)
  set(
    @Param('id') id: string,
    @Body() body: NodeCredentialsDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<NodeResultResponse> {
    return this.credentials.setCredentials(id, body, { userId: caller.userId, ip });
  }
}
