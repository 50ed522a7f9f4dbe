import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { ApiErrors } from '../errors/api-errors.js';
import type { FeatureName } from './feature-table.js';

export const FEATURE_METADATA = 'panel:feature';

/** The controller or route exists only while the flag is on; otherwise 503 before anything else. */
export const Feature = (name: FeatureName): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(FEATURE_METADATA, name), ApiExtension('x-feature', name), ApiErrors(503));
