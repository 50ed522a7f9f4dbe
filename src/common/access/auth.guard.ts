import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Config } from '../../config/config.js';
import { PanelError, unauthorized } from '../errors/panel-error.js';
import { ACCESS_METADATA } from './access.js';
import type { Access } from './access.js';
import { credentialOf } from './credential.js';
import { CsrfProtection } from './csrf.js';
import { NodeAuthenticator, PrincipalResolver } from './principal-resolver.js';

/**
 * Finds out who is calling. A refused credential is only noted here: the rate limit must count the try first, then the
 * access guard throws.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly cookieName: string;

  constructor(
    private readonly reflector: Reflector,
    private readonly resolver: PrincipalResolver,
    private readonly nodes: NodeAuthenticator,
    private readonly csrf: CsrfProtection,
    config: Config,
  ) {
    this.cookieName = config.env.JWT_COOKIE_NAME;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === undefined || access.kind === 'public') return true;
    try {
      await this.identify(request, access);
    } catch (error) {
      if (!(error instanceof PanelError) || error.status >= 500) throw error;
      request.authenticationError = error;
    }
    return true;
  }

  private async identify(request: Request, { kind }: Access): Promise<void> {
    if (kind === 'node') return this.identifyNode(request);
    if (kind !== 'node-or-permission') return this.identifyUser(request);
    try {
      await this.identifyNode(request);
    } catch (error) {
      if (!(error instanceof PanelError) || error.status >= 500) throw error;
      await this.identifyUser(request);
    }
  }

  private async identifyNode(request: Request): Promise<void> {
    request.principal = await this.nodes.authenticate({
      authorization: request.headers.authorization,
      userAgent: request.headers['user-agent'],
    });
  }

  private async identifyUser(request: Request): Promise<void> {
    const credential = credentialOf(request.headers, this.cookieName);
    if (credential.kind === 'none') throw unauthorized('Missing token', 'auth.missing');
    if (credential.kind === 'malformed') throw unauthorized('Invalid token format', 'auth.malformed');
    const { principal, fromCookie } = await this.resolver.resolve(credential, request.clientIp);
    if (fromCookie) this.csrf.check(request.method, request.headers, principal.sessionId);
    request.principal = principal;
  }
}
