import { createHmac } from 'node:crypto';
import { applyDecorators, Injectable, SetMetadata, UseInterceptors } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiHeader } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { from, lastValueFrom } from 'rxjs';
import type { Observable } from 'rxjs';
import { Config } from '../../config/config.js';
import { ApiErrors } from '../errors/api-errors.js';
import { badRequest } from '../errors/panel-error.js';
import { IdempotencyStore } from './idempotency.store.js';

const OPTIONS_METADATA = 'panel:idempotency';

interface IdempotencyOptions {
  /**
   * Seconds in which the same body of the same caller counts as a repetition even without a key: the web client
   * repeats every method once when an answer takes long.
   */
  readonly implicitSeconds?: number;
}

/** The first answer is kept under the caller's key and given again to repetitions. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly reflector: Reflector,
    private readonly config: Config,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const options = this.reflector.get<IdempotencyOptions>(OPTIONS_METADATA, context.getHandler());
    const key = keyOf(request);
    if (key === undefined && options.implicitSeconds === undefined) return next.handle();
    const body = JSON.stringify(request.body ?? null);
    const caller = request.principal?.kind === 'user' ? `user:${request.principal.userId}` : `ip:${request.clientIp}`;
    const record = {
      digest: this.keyed([caller, request.method, request.path, key ?? `same-body:${body}`].join('\n')),
      fingerprint: this.keyed(body),
      maximumAgeSeconds: key === undefined ? (options.implicitSeconds ?? 0) : undefined,
    };
    return from(this.run(record, response, () => lastValueFrom(next.handle())));
  }

  /** Bodies may hold a password: a plain digest of one would be guessed quickly by whoever gets the table. */
  private keyed(text: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(createHmac('sha256', this.config.secrets.jwt).update(text).digest());
  }

  private async run(
    record: Parameters<IdempotencyStore['begin']>[0],
    response: Response,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    const earlier = await this.store.begin(record);
    if (earlier !== undefined) {
      response.status(earlier.status).setHeader('Idempotency-Replayed', 'true');
      return earlier.body;
    }
    try {
      const body = await work();
      await this.store.complete(record.digest, response.statusCode, body);
      return body;
    } catch (error) {
      await this.store.forget(record.digest);
      throw error;
    }
  }
}

function keyOf(request: Request): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw badRequest('Idempotency-Key must be 1 to 255 printable characters without spaces', 'idempotency.invalid_key');
  }
  return key;
}

/** Honours `Idempotency-Key` on a POST that creates, charges or provisions (DESIGN 5.14). */
export const Idempotent = (options: IdempotencyOptions = {}): MethodDecorator =>
  applyDecorators(
    SetMetadata(OPTIONS_METADATA, options),
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Repeating a request with the same key and body gives the first answer again, for 24 hours.',
    }),
    ApiErrors(409, 422),
  );
