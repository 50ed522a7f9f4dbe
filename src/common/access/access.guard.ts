import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { forbidden, unauthorized } from '../errors/panel-error.js';
import { ACCESS_METADATA, BOUND_KEYS_METADATA } from './access.js';
import type { Access, KeyBinding } from './access.js';
import { UserPrincipal } from './principal.js';

/** Decides whether the caller may use the route. A route that declares nothing refuses everybody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === undefined) throw forbidden();
    if (access.kind === 'public') return true;
    if (request.authenticationError !== undefined) throw request.authenticationError;
    if (access.kind === 'node') return request.principal?.kind === 'node';
    if (access.kind === 'node-or-permission' && request.principal?.kind === 'node') return true;
    requireAccount(request, access);
    const binding = request.principal instanceof UserPrincipal ? request.principal.binding : undefined;
    if (binding !== undefined) this.requireForBoundKeys(context, binding);
    return true;
  }

  /** What a bound key may call is listed, so that no route reaches further by being forgotten. */
  private requireForBoundKeys(context: ExecutionContext, binding: KeyBinding): void {
    const targets = [context.getHandler(), context.getClass()];
    const open = this.reflector.getAllAndOverride<readonly KeyBinding[] | undefined>(BOUND_KEYS_METADATA, targets);
    if (open?.includes(binding) === true) return;
    const bound = binding === 'servers' ? 'servers' : 'an organisation';
    throw forbidden(`This API key is bound to ${bound} and can do nothing else.`, `auth.key_bound_to_${binding}`);
  }
}

function requireAccount(request: Request, access: Exclude<Access, { kind: 'public' | 'node' }>): void {
  const { principal } = request;
  if (!(principal instanceof UserPrincipal)) throw unauthorized('Unauthorized');
  assertNotFrozen(principal);
  if (access.kind === 'authenticated') {
    if (access.sessionOnly && principal.proof.kind !== 'session') {
      throw forbidden('This cannot be done with an API key. Sign in first.', 'auth.session_required');
    }
    if (access.keyPermission !== undefined && !principal.proofCovers(access.keyPermission)) {
      throw forbidden('Insufficient permissions (api key)', 'auth.insufficient_permissions');
    }
    return;
  }
  const missing = access.permissions.find((permission) => !principal.can(permission));
  if (missing === undefined) return;
  const message = access.kind === 'permission' ? access.message : undefined;
  throw forbidden(refusal(principal, missing, message), 'auth.insufficient_permissions');
}

/** Suspended accounts and accounts that are being deleted may do nothing, whatever they present. */
export function assertNotFrozen(principal: UserPrincipal): void {
  if (principal.isSuperuser) return;
  // An approved deletion suspends too: the reason that its owner can do something about is told first.
  const until = principal.account.pendingDeletionUntil;
  if (until !== null && until.getTime() > Date.now()) {
    throw forbidden('Account is pending deletion and currently frozen', 'auth.pending_deletion');
  }
  if (principal.account.suspended) {
    throw forbidden('Account is suspended. Please contact support.', 'auth.suspended', { extra: { suspended: true } });
  }
}

function refusal(principal: UserPrincipal, permission: string, message: string | undefined): string {
  if (!principal.proofCovers(permission)) return 'Insufficient permissions (api key)';
  return message ?? 'Insufficient permissions';
}
