import { Inject, Injectable } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { InjectThrottlerOptions, InjectThrottlerStorage, ThrottlerGuard } from '@nestjs/throttler';
import type { ThrottlerModuleOptions, ThrottlerStorage } from '@nestjs/throttler';
import type { Request } from 'express';
import { Config } from '../../config/config.js';
import { unavailable } from '../errors/panel-error.js';
import { addressBucket } from '../net/client-ip.js';
import { GLOBAL_WINDOW_SECONDS, NODE_WINDOW_SECONDS } from './limits.js';
import type { LimitSubject, RateLimitName } from './limits.js';
import { RATE_LIMIT_METADATA } from './rate-limit.decorator.js';
import { RateLimits, rateLimited } from './rate-limits.js';

/**
 * Counts every request against the global limit and the route's named ones. Callers are told apart by the account that
 * a good credential proves, else by address: a made-up credential or forwarding header opens no bucket of its own.
 */
@Injectable()
export class AppThrottlerGuard extends ThrottlerGuard {
  private readonly globalLimit: number;
  private readonly nodeLimit: number;

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    @Inject(RateLimits) private readonly rateLimits: RateLimits,
    @Inject(Config) config: Config,
  ) {
    super(options, storage, reflector);
    this.globalLimit = config.env.GLOBAL_RATE_LIMIT;
    this.nodeLimit = config.env.NODE_RATE_LIMIT;
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    if (request.principal?.kind === 'node') return this.countNode(request.principal.nodeId);
    const name = this.reflector.get<RateLimitName | undefined>(RATE_LIMIT_METADATA, context.getHandler());
    const limits = name === undefined ? [] : this.rateLimits.of(name);
    if (!limits.some(({ insteadOfGlobal }) => insteadOfGlobal)) {
      await this.count(`global:${callerKey(request)}`, this.globalLimit, GLOBAL_WINDOW_SECONDS);
    }
    const isSuperuser = request.principal?.kind === 'user' && request.principal.isSuperuser;
    for (const { by, limit, windowSeconds, superusersExempt } of limits) {
      if (isSuperuser && superusersExempt === true) continue;
      await this.count(`${name}:${by}:${subjectKey(request, by)}`, limit, windowSeconds);
    }
    return true;
  }

  private async count(key: string, limit: number, windowSeconds: number): Promise<void> {
    const hit = await this.storageService.increment(key, windowSeconds * 1000, limit, 0, 'panel');
    if (hit.isBlocked) throw rateLimited(hit.timeToBlockExpire);
  }

  /** Daemons treat every 4xx as final, so beyond their bucket they get 503 and come again. */
  private async countNode(nodeId: number): Promise<boolean> {
    const window = NODE_WINDOW_SECONDS * 1000;
    const hit = await this.storageService.increment(`node:${nodeId}`, window, this.nodeLimit, 0, 'panel');
    if (hit.isBlocked) throw unavailable('Too many calls of this node', 'nodes.too_many_calls', hit.timeToBlockExpire);
    return true;
  }
}

function callerKey(request: Request): string {
  return request.principal?.kind === 'user'
    ? `user:${request.principal.userId}`
    : `ip:${addressBucket(request.clientIp)}`;
}

function subjectKey(request: Request, by: LimitSubject): string {
  switch (by) {
    case 'ip':
      return addressBucket(request.clientIp);
    case 'email':
      return emailOf(request.body).slice(0, 254);
    case 'email+ip':
      return `${emailOf(request.body).slice(0, 254)}@${addressBucket(request.clientIp)}`;
    case 'account':
      return callerKey(request);
    case 'account+ip':
      return `${callerKey(request)}@${addressBucket(request.clientIp)}`;
    case 'server':
      // Counted before access is decided: a stranger must not use up the tries of those who may.
      return `${callerKey(request)}@${String(request.params['id']).toLowerCase()}`;
  }
}

function emailOf(body: unknown): string {
  const email = (body as { email?: unknown } | undefined)?.email;
  return typeof email === 'string' ? email.trim().toLowerCase() : '';
}
