import { Injectable, SetMetadata } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { json } from 'express';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';

const LARGE_BODY_METADATA = 'remote:large-body';
const STREAMED_BODY_METADATA = 'remote:streamed-body';

/** The handler reads the body itself, as a stream with its own limit. */
export const StreamedBody = (): MethodDecorator => SetMetadata(STREAMED_BODY_METADATA, true);

/** The handler takes bodies of up to 1 MiB, such as lists of thousands of uploaded parts. */
export const LargeBody = (): MethodDecorator => SetMetadata(LARGE_BODY_METADATA, true);

/**
 * Any body is JSON, whatever its `Content-Type` or method: Wings in Go declares JSON on requests without a body and
 * sends the bare `null`; wings-rs sends nothing at all.
 */
const parserFor = (limit: string) => json({ limit, strict: false, type: () => true });
const parse = parserFor('64kb');
const parseLarge = parserFor('1mb');

/**
 * Reads the bodies of daemons' calls. It runs after the guards, so that nobody makes the panel read and parse anything
 * before he has proven to be a node, and inside the filters, so that a refused body is answered in the daemons' shape.
 */
@Injectable()
export class RemoteBodyInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (this.reflector.get<boolean | undefined>(STREAMED_BODY_METADATA, context.getHandler()) !== true) {
      const http = context.switchToHttp();
      const isLarge = this.reflector.get<boolean | undefined>(LARGE_BODY_METADATA, context.getHandler()) === true;
      await read(http.getRequest<Request>(), http.getResponse<Response>(), isLarge ? parseLarge : parse);
    }
    return next.handle();
  }
}

function read(request: Request, response: Response, parser: typeof parse): Promise<void> {
  return new Promise((resolve, reject) => {
    parser(request, response, (error?: Error) => (error === undefined ? resolve() : reject(error)));
  });
}
