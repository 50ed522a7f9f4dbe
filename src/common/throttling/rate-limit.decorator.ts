import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { RATE_LIMITS } from './limits.js';
import type { RateLimitName } from './limits.js';

export const RATE_LIMIT_METADATA = 'panel:rate-limit';

/** Puts the named limits on a route, beside the global one. */
export const RateLimited = (name: RateLimitName): MethodDecorator =>
  applyDecorators(
    SetMetadata(RATE_LIMIT_METADATA, name),
    ApiExtension(
      'x-rate-limit',
      RATE_LIMITS[name].map(({ by, limit, windowSeconds }) => ({ by, limit, windowSeconds })),
    ),
  );
