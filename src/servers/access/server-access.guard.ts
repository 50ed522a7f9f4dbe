import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { UserPrincipal } from '../../common/access/principal.js';
import { forbidden } from '../../common/errors/panel-error.js';
import { ServerAccess } from './server-access.service.js';
import type { ServerNeed } from './server-needs.js';

export const SERVER_PERMISSION_METADATA = 'panel:server-permission';

export interface ServerPermissionMetadata {
  readonly need: ServerNeed;
  readonly key: string;
}

/** Decides whether the caller may do this with the server in the path; runs after the account was checked. */
@Injectable()
export class ServerAccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly access: ServerAccess,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const { principal } = request;
    const required = this.reflector.getAllAndOverride<ServerPermissionMetadata | undefined>(
      SERVER_PERMISSION_METADATA,
      [context.getHandler(), context.getClass()],
    );
    if (required === undefined || !(principal instanceof UserPrincipal)) throw forbidden();
    if (!principal.proofCovers(required.key)) {
      throw forbidden('Insufficient permissions (api key)', 'auth.insufficient_permissions');
    }
    const scope = await this.access.require(principal, String(request.params['id']));
    scope.require(required.need);
    request.serverScope = scope;
    return true;
  }
}
