import { Injectable, UseInterceptors } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { json } from 'express';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import { refuseOddJson } from '../../common/http/json-depth.js';

/** A file that the editor opens, written as JSON, is larger than the bodies of other routes. */
const parse = json({
  limit: '8mb',
  strict: false,
  verify: (_request, _response, body, charset) => refuseOddJson(body, charset),
});

/** Reads the body after the guards: nobody makes the panel keep 8 MiB who may not write the file anyway. */
@Injectable()
class LargeJsonInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    await read(http.getRequest<Request>(), http.getResponse<Response>());
    return next.handle();
  }
}

function read(request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    parse(request, response, (error?: Error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** The route takes a JSON body of up to 8 MiB; `configureHttp` leaves it alone. */
export const LargeJson = (): MethodDecorator => UseInterceptors(LargeJsonInterceptor);
