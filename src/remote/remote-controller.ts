import { applyDecorators, Controller, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { NodeOnly } from '../common/access/decorators.js';
import { RemoteBodyInterceptor } from './body/remote-body.interceptor.js';
import { RemoteErrorFilter } from './errors/remote-error.filter.js';

/**
 * A controller that only daemons call, below `/api/remote`: node authentication, bodies and errors as daemons send and
 * read them.
 */
export const RemoteController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`api/remote/${path}`),
    ApiTags('Daemons'),
    NodeOnly(),
    UseFilters(RemoteErrorFilter),
    UseInterceptors(RemoteBodyInterceptor),
  );
