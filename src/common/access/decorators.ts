import { applyDecorators, createParamDecorator, SetMetadata } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiErrors } from '../errors/api-errors.js';
import { ACCESS_METADATA, BOUND_KEYS_METADATA } from './access.js';
import type { Access, KeyBinding } from './access.js';
import { NodePrincipal, UserPrincipal } from './principal.js';

type RouteDecorator = MethodDecorator & ClassDecorator;

const declare = (access: Access, ...documentation: (ClassDecorator | MethodDecorator)[]): RouteDecorator =>
  applyDecorators(SetMetadata(ACCESS_METADATA, access), ...documentation);

/** New ones each time: a decorator of this library keeps what it was used on before, and lists would grow with every route. */
const userSecurity = () => [ApiSecurity('session'), ApiSecurity('apiKey'), ApiSecurity('cookie')];

/** Anybody may call it. */
export const Public = (): RouteDecorator => declare({ kind: 'public' }, ApiExtension('x-access', 'public'));

/**
 * Any signed-in account may call it, by session or API key. What it sees is its own.
 * @param options.key the permission that an API key must hold.
 */
export const Authenticated = ({ key }: { key?: string } = {}): RouteDecorator =>
  declare(
    { kind: 'authenticated', sessionOnly: false, ...(key !== undefined && { keyPermission: key }) },
    ...userSecurity(),
    ApiExtension('x-access', 'authenticated'),
    ...(key === undefined ? [] : [ApiExtension('x-permission', [key])]),
    ApiErrors(401, 403),
  );

/** Any signed-in account may call it, but only from a session: account security is not for API keys. */
export const SessionOnly = (): RouteDecorator =>
  declare(
    { kind: 'authenticated', sessionOnly: true },
    ApiSecurity('session'),
    ApiSecurity('cookie'),
    ApiExtension('x-access', 'session'),
    ApiErrors(401, 403),
  );

/** Accounts that hold every listed permission may call it. */
export const RequirePermission = (permissions: string | readonly string[], message?: string): RouteDecorator => {
  const list = typeof permissions === 'string' ? [permissions] : permissions;
  return declare(
    { kind: 'permission', permissions: list, ...(message !== undefined && { message }) },
    ...userSecurity(),
    ApiExtension('x-access', 'permission'),
    ApiExtension('x-permission', list),
    ApiErrors(401, 403),
  );
};

/**
 * API keys that are bound to servers or to an organisation may call it too; every route without this refuses them. The
 * handler must keep to `caller.boundServers` and `caller.boundOrganisation`: routes with `@ServerPermission()` and
 * `@OrganisationPermission()` do so by themselves.
 */
export const ForBoundKeys = (...bindings: KeyBinding[]): RouteDecorator =>
  applyDecorators(SetMetadata(BOUND_KEYS_METADATA, bindings));

/** Only daemons may call it, with their node's token. */
export const NodeOnly = (): RouteDecorator =>
  declare({ kind: 'node' }, ApiSecurity('node'), ApiExtension('x-access', 'node'), ApiErrors(401));

/** Daemons may call it with their node's token, and accounts that hold the permission. The handler tells them apart. */
export const NodeOrPermission = (permission: string): RouteDecorator =>
  declare(
    { kind: 'node-or-permission', permissions: [permission] },
    ...userSecurity(),
    ApiSecurity('node'),
    ApiExtension('x-access', 'node-or-permission'),
    ApiExtension('x-permission', [permission]),
    ApiErrors(401, 403),
  );

const requestOf = (context: ExecutionContext): Request => context.switchToHttp().getRequest<Request>();

/** The signed-in caller. Works only on routes that require one. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): UserPrincipal => {
  const { principal } = requestOf(context);
  if (!(principal instanceof UserPrincipal)) throw new Error('@Caller() on a route that does not require an account');
  return principal;
});

/** The calling daemon. Works only on `@NodeOnly()` routes. */
export const CallingNode = createParamDecorator((_: unknown, context: ExecutionContext): NodePrincipal => {
  const { principal } = requestOf(context);
  if (!(principal instanceof NodePrincipal)) throw new Error('@CallingNode() on a route that is not for daemons');
  return principal;
});

/** The calling daemon, or undefined for an account. Works only on `@NodeOrPermission()` routes. */
export const CallingNodeIfAny = createParamDecorator(
  (_: unknown, context: ExecutionContext): NodePrincipal | undefined => {
    const { principal } = requestOf(context);
    return principal instanceof NodePrincipal ? principal : undefined;
  },
);

/** The address of the client, behind trusted proxies too. */
export const ClientAddress = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  return requestOf(context).clientIp;
});
