import { applyDecorators, createParamDecorator, SetMetadata, UseGuards } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Request } from 'express';
import { Authenticated, ForBoundKeys } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { SERVER_PERMISSION_METADATA, ServerAccessGuard } from './server-access.guard.js';
import type { ServerNeed } from './server-needs.js';
import type { ServerScope } from './server-scope.js';

/**
 * Lets in who may do this with the server `:id` of the path: 404 for strangers, 403 for those who may do less.
 * @param need the line of the authorisation table.
 * @param options.key the permission that an API key must hold besides.
 */
export const ServerPermission = (need: ServerNeed, { key }: { key: string }): MethodDecorator & ClassDecorator =>
  applyDecorators(
    Authenticated(),
    ForBoundKeys('servers', 'organisation'),
    SetMetadata(SERVER_PERMISSION_METADATA, { need, key }),
    UseGuards(ServerAccessGuard),
    ApiExtension('x-access', 'server'),
    ApiExtension('x-server-permission', need),
    ApiExtension('x-permission', [key]),
    ApiErrors(401, 403, 404),
  );

/** The caller's access to the server in the path. Works only on routes with `@ServerPermission()`. */
export const CurrentServer = createParamDecorator((_: unknown, context: ExecutionContext): ServerScope => {
  const { serverScope } = context.switchToHttp().getRequest<Request>();
  if (serverScope === undefined) throw new Error('@CurrentServer() on a route without @ServerPermission()');
  return serverScope;
});
