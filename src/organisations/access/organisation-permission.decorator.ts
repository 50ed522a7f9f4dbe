import { applyDecorators, createParamDecorator, SetMetadata, UseGuards } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Request } from 'express';
import { Authenticated, ForBoundKeys } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { ORGANISATION_PERMISSION_METADATA, OrganisationAccessGuard } from './organisation-access.guard.js';
import type { OrganisationNeed } from './organisation-needs.js';
import type { OrganisationScope } from './organisation-scope.js';

/**
 * Lets in who may do this with the organisation `:id` of the path: 404 when there is none, 403 for everybody else.
 * @param need the line of the authorisation table.
 * @param options.key the permission that an API key must hold besides.
 */
export const OrganisationPermission = (need: OrganisationNeed, { key }: { key: string }): MethodDecorator =>
  applyDecorators(
    Authenticated(),
    ForBoundKeys('organisation'),
    SetMetadata(ORGANISATION_PERMISSION_METADATA, { need, key }),
    UseGuards(OrganisationAccessGuard),
    ApiExtension('x-access', 'organisation'),
    ApiExtension('x-organisation-permission', need),
    ApiExtension('x-permission', [key]),
    ApiErrors(404),
  );

/** The caller's access to the organisation in the path. Works only on routes with `@OrganisationPermission()`. */
export const CurrentOrganisation = createParamDecorator((_: unknown, context: ExecutionContext): OrganisationScope => {
  const { organisationScope } = context.switchToHttp().getRequest<Request>();
  if (organisationScope === undefined) {
    throw new Error('@CurrentOrganisation() on a route without @OrganisationPermission()');
  }
  return organisationScope;
});
