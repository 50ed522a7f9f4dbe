import { All, Controller, SetMetadata } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../access/decorators.js';
import { notFound } from '../errors/panel-error.js';
import { FEATURE_METADATA } from '../features/feature.js';

/**
 * Answers what no other route does. It is a route like the others, so that the guards run: a group whose flag is off
 * answers 503 also where nothing is built, and unknown paths count against the rate limit.
 */
@Controller()
@ApiExcludeController()
@SetMetadata(FEATURE_METADATA, 'by-path')
export class NotFoundController {
  @Public()
  @All(['/', '*path'])
  routeNotFound(): never {
    throw notFound('Route not found', 'route.not_found');
  }
}
