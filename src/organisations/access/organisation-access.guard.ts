import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { UserPrincipal } from '../../common/access/principal.js';
import { forbidden } from '../../common/errors/panel-error.js';
import { OrganisationAccess } from './organisation-access.service.js';
import { ORGANISATION_NEEDS } from './organisation-needs.js';
import type { OrganisationNeed } from './organisation-needs.js';

export const ORGANISATION_PERMISSION_METADATA = 'panel:organisation-permission';

export interface OrganisationPermissionMetadata {
  readonly need: OrganisationNeed;
  readonly key: string;
}

/** Decides whether the caller may do this with the organisation in the path; runs after the account was checked. */
@Injectable()
export class OrganisationAccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly access: OrganisationAccess,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const { principal } = request;
    const required = this.reflector.getAllAndOverride<OrganisationPermissionMetadata | undefined>(
      ORGANISATION_PERMISSION_METADATA,
      [context.getHandler(), context.getClass()],
    );
    if (required === undefined || !(principal instanceof UserPrincipal)) throw forbidden();
    assertKeyCovers(principal, required);
    const scope = await this.access.require(principal, String(request.params['id']));
    scope.require(required.need);
    request.organisationScope = scope;
    return true;
  }
}

/** A key needs the permission of the route, or the one by which its owner is staff here. */
function assertKeyCovers(principal: UserPrincipal, { need, key }: OrganisationPermissionMetadata): void {
  if (principal.proofCovers(key)) return;
  if (ORGANISATION_NEEDS[need].staff.some((permission) => principal.canAsStaff(permission))) return;
  throw forbidden('Insufficient permissions (api key)', 'auth.insufficient_permissions');
}
