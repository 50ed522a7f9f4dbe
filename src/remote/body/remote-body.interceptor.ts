import { Injectable, SetMetadata } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { json } from 'express';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';

const STREAMED_BODY_METADATA = 'remote:streamed-body';
const LARGE_BODY_METADATA = 'remote:large-body';

/** The handler reads the body itself, as a stream with its own limit. */
export const StreamedBody = (): MethodDecorator => SetMetadata(STREAMED_BODY_METADATA, true);

/** The body may have up to a mebibyte; 64 KiB otherwise. */
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
    if (!this.isMarked(STREAMED_BODY_METADATA, context)) {
      const http = context.switchToHttp();
      const parser = this.isMarked(LARGE_BODY_METADATA, context) ? parseLarge : parse;
      await read(parser, http.getRequest<Request>(), http.getResponse<Response>());
    }
    return next.handle();
  }

  private isMarked(metadata: string, context: ExecutionContext): boolean {
    return this.reflector.get<boolean | undefined>(metadata, context.getHandler()) === true;
  }
}

function read(parser: typeof parse, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    parser(request, response, (error?: Error) => (error === undefined ? resolve() : reject(error)));
  });
}
